import { jsonText } from '../base/json-text.js'
import type { TokenId } from '../base/token-id.js'
import { ask, keyOf } from '../module/query.js'

/** One fault in an audit trail. */
export interface TrailFault {
  /** The index of the event; `null` for the trail as a whole. */
  readonly index: number | null
  readonly sequence: number | null
  /** Stable code, such as `altered`, `removed`, `reordered`, `cut_off`, `wrong_key`, `record_differs`. */
  readonly code: string
  readonly message: string
  /** The field of the record that differs, for `record_differs`. */
  readonly field?: string | null
}

/** Whether an audit trail is complete and unaltered. */
export interface TrailReport {
  readonly verified: boolean
  /** How many events were checked. */
  readonly events: number
  /** The head of the last event. */
  readonly head: string | null
  readonly faults: readonly TrailFault[]
  /** After a part with `more` and without faults: what the next part needs as `after`. */
  readonly state?: object
}

/** The events of one token, in order, and what else is known of it. A long trail can be verified in parts. */
export interface TrailInput {
  readonly events: readonly object[]
  /** The last head, stored elsewhere. */
  readonly head?: string | null | undefined
  readonly token?: TokenId | null | undefined
  /** The record that the store has: the trail must lead to it. */
  readonly record?: object | null | undefined
  /** The tombstone that the store has of a deleted token. */
  readonly tombstone?: object | null | undefined
  /** The `state` of the previous part. */
  readonly after?: object | undefined
  /** Whether another part follows. */
  readonly more?: boolean | undefined
}

/**
 * Checks that a trail is complete and unaltered. Removed events at the end are found only if the head, the record or the
 * tombstone is given. A broken trail is an answer, not an error.
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
