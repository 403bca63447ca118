import { ask, keyOf } from './question.js'
import { textOf } from './plain.js'

/** A command, with what it is about and who gives it. JSON text or plain objects. */
export interface CommandRequest {
  /** The record as it stands in the store; `null` when there is none. */
  readonly record: object | null
  readonly command: object
  /** Who gives it: from an authenticated context, never from the body of a request. */
  readonly actor: object | null
}

/** What a command comes to. A refusal is an answer; with a change beside it, commit the change first. */
export interface Outcome {
  /** What to write, all of it or nothing. Holds the plaintext, if one was made: show it once, log it never. */
  readonly change: { readonly [field: string]: unknown } | null
  readonly refusal: {
    /** Stable, for programs. */
    readonly code: string
    /** JSON Pointer to the field of the command that it is about, if it is about one. */
    readonly field: string | null
    /** One sentence that says what to do instead. */
    readonly message: string
    readonly notices: readonly object[]
  } | null
  /** This command took effect before: nothing changes. */
  readonly repeated: boolean
}

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
export interface Trail {
  readonly events: readonly object[]
  readonly head?: string | null | undefined
  readonly token?: string | null | undefined
}

/** All notices that belong together, as one letter. */
export interface Letter {
  readonly to: string | null
  readonly tenant: string | null
  readonly notice: string
  readonly stage: string | null
  readonly tokens: readonly { readonly token: string; readonly name: string | null; readonly ends: string | null }[]
  /** The keys of the notices, to acknowledge once the letter is on its way. */
  readonly keys: readonly string[]
  readonly subject: { readonly en: string; readonly de: string }
  readonly text: { readonly en: string; readonly de: string }
}

/**
 * Checks that a trail was left as it was written: nothing altered, removed or reordered, and nothing cut off, if a
 * head is given that was kept elsewhere. A broken trail is an answer, not an error.
 */
export function verifyTrail(trail: Trail | string, auditKey?: Uint8Array | null): TrailReport {
  const text = textOf(trail, 'the trail')
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
  const text = textOf(trail, 'the trail')
  return ask((door) => door.replay(text))
}
