import { jsonText } from '../base/json-text.js'
import type { TokenId } from '../base/token-id.js'
import { ask, keyOf } from '../module/query.js'

/** One fault in an audit trail. */
export interface TrailFault {
  /** The index of the event; `null` for the trail as a whole. */
  readonly index: number | null
  readonly sequence: number | null
  /** Stable code, such as `altered`, `removed`, `reordered`, `cut_off`, `wrong_key`. */
  readonly code: string
  readonly message: string
}

/** Whether an audit trail is complete and unaltered. */
export interface TrailReport {
  readonly verified: boolean
  /** How many events were checked. */
  readonly events: number
  /** The head of the last event. */
  readonly head: string | null
  readonly faults: readonly TrailFault[]
}

/** The events of one token, in order. Add the head that was stored elsewhere, and the token's id, if you know them. */
export interface TrailInput {
  readonly events: readonly object[]
  readonly head?: string | null | undefined
  readonly token?: TokenId | null | undefined
}

/**
 * Checks that a trail is complete and unaltered. Removed events at the end are found only if `head` is given. A broken
 * trail is an answer, not an error.
 */
export function verifyTrail(trail: TrailInput | string, auditKey?: Uint8Array | null): TrailReport {
  const text = jsonText(trail, 'the trail')
  const key = keyOf(auditKey)
  return ask((door) => door.verifyTrail(text, key))
}

/**
 * The record that a trail leads to, without digests and touches; `null` if the token was deleted.
 *
 * @throws RequestError when the events do not fit together.
 */
export function replay(trail: { readonly events: readonly object[] } | string): object | null {
  const text = jsonText(trail, 'the trail')
  return ask((door) => door.replay(text))
}
