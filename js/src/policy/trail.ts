import { jsonText } from '../base/json-text.js'
import type { TokenId } from '../base/token-id.js'
import { ask, keyOf } from '../module/query.js'

/** What is wrong with a trail. */
export interface TrailFault {
  /** The place of the event in the list; `null` for the trail as a whole. */
  readonly index: number | null
  readonly sequence: number | null
  /** Stable, such as `altered`, `removed`, `reordered`, `cut_off`, `wrong_key`. */
  readonly code: string
  readonly message: string
}

/** Whether a trail is as it was written. */
export interface TrailReport {
  readonly intact: boolean
  /** How many events were looked at. */
  readonly events: number
  /** The head of the last one. */
  readonly head: string | null
  readonly faults: readonly TrailFault[]
}

/** The events of one token, in order; the head that was kept elsewhere, and the token, where they are known. */
export interface TrailInput {
  readonly events: readonly object[]
  readonly head?: string | null | undefined
  readonly token?: TokenId | null | undefined
}

/**
 * Checks that a trail was left as it was written: nothing altered, removed or reordered, and nothing cut off, if a
 * head is given that was kept elsewhere. A broken trail is an answer, not an error.
 */
export function verifyTrail(trail: TrailInput | string, auditKey?: Uint8Array | null): TrailReport {
  const text = jsonText(trail, 'the trail')
  const key = keyOf(auditKey)
  return ask((door) => door.verifyTrail(text, key))
}

/**
 * The record that a trail leads to, without digests and without what was merely observed; `null` when the token was
 * deleted.
 *
 * @throws RequestError when the events do not fit together.
 */
export function replay(trail: { readonly events: readonly object[] } | string): object | null {
  const text = jsonText(trail, 'the trail')
  return ask((door) => door.replay(text))
}
