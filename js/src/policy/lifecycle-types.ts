import type { Problem } from '../base/errors.js'
import { jsonText } from '../base/json-text.js'
import { ask, keyOf } from '../module/query.js'
import type { RefusalCode } from '../generated/refusals.js'
import type { TokenId } from '../base/token-id.js'

/** A command, with what it is about and who gives it. JSON text or plain objects. */
export interface CommandRequest {
  /** The record as it stands in the store; `null` when there is none. */
  readonly record: object | null
  readonly command: object
  /** Who gives it: from an authenticated context, never from the body of a request. */
  readonly actor: object | null
}

/** What a command comes to. A refusal is an answer; with a change beside it, commit the change first. */
export interface CommandOutcome {
  /** What to write, all of it or nothing. Holds the plaintext, if one was made: show it once, log it never. */
  readonly change: { readonly [field: string]: unknown } | null
  readonly refusal: {
    /** Stable, for programs. */
    readonly code: RefusalCode
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
export interface TrailInput {
  readonly events: readonly object[]
  readonly head?: string | null | undefined
  readonly token?: TokenId | null | undefined
}

/** All notices that belong together, as one letter. */
export interface Letter {
  readonly to: string | null
  readonly tenant: string | null
  readonly notice: string
  readonly stage: string | null
  readonly tokens: readonly { readonly token: TokenId; readonly name: string | null; readonly ends: string | null }[]
  /** The keys of the notices, to acknowledge once the letter is on its way. */
  readonly keys: readonly string[]
  readonly subject: { readonly en: string; readonly de: string }
  readonly text: { readonly en: string; readonly de: string }
}

/** A list of tokens to be shown to somebody. */
export interface OverviewRequest {
  /** Records as they stand in the store. */
  readonly records: readonly object[]
  /** Who looks at the list: rows are for those whom a kind lets list its tokens. */
  readonly actor: object
  /** Owners' present rights, to tell whose tokens are suspended. */
  readonly subjects?: readonly object[] | undefined
  readonly filter?:
    | {
        readonly status?: string | readonly string[] | undefined
        readonly kind?: string | readonly string[] | undefined
        readonly owner?: string | readonly string[] | undefined
        readonly ageLevel?: string | readonly string[] | undefined
        /** A text in name, description, owner or id, whatever the case. */
        readonly search?: string | undefined
      }
    | undefined
  readonly sort?:
    | {
        readonly by: 'name' | 'owner' | 'status' | 'createdAt' | 'expiresAt' | 'lastUsedAt' | 'ageDays'
        readonly descending?: boolean | undefined
      }
    | undefined
}

/** One token in a list. It holds no digest. */
export interface OverviewRow {
  readonly id: TokenId | null
  readonly name: string | null
  readonly description: string | null
  readonly kind: string | null
  readonly owner: string | null
  readonly createdBy: string | null
  readonly tenant: string | null
  /** As the policy calls them now. */
  readonly scopes: readonly string[] | null
  readonly createdAt: string | null
  readonly secretIssuedAt: string | null
  readonly expiresAt: string | null
  readonly endsAt: string | null
  readonly status:
    | 'active'
    | 'pending'
    | 'idle'
    | 'expired'
    | 'suspended'
    | 'locked'
    | 'revoked'
    /** The record cannot be read: see `problems`. */
    | 'unreadable'
  readonly lastUsedAt: string | null
  /** Whole days since the present secret was issued. */
  readonly ageDays: number | null
  /** `orange` after six calendar months, `red` after a year. */
  readonly ageLevel: 'fresh' | 'orange' | 'red' | 'expired' | null
  readonly idleDeadline: string | null
  /** What time alone does to it next. */
  readonly next: {
    readonly what: 'begins' | 'expires' | 'idle' | 'secretRetired' | 'renewalOffered' | 'revoked' | 'deleted'
    readonly at: string
  } | null
  readonly labels: { readonly [name: string]: string }
  readonly warnings: readonly Problem[]
  readonly lock: StopView | null
  readonly revoked: StopView | null
  readonly renewal: {
    readonly state: 'waiting' | 'offered' | 'lapsed' | 'redeemed' | 'stopped'
    readonly every: string
    readonly mailTo: string | null
    readonly callback: string | null
    readonly renewedAt: string | null
    readonly offeredAt: string | null
    readonly redeemUntil: string | null
    readonly attempt: number | null
  } | null
  readonly renewedFrom: TokenId | null
  readonly renewedTo: TokenId | null
  readonly replaces: TokenId | null
  /** The token in this list that is to take its place. */
  readonly replacedBy: string | null
  readonly listedForDeletion: boolean
  readonly problems: readonly Problem[]
}

/** Who stopped a token, when and why. */
export interface StopView {
  readonly by: string | null
  readonly at: string | null
  readonly reason: string | null
}

/** Which instances a token may touch. */
export interface Reach {
  readonly reach: 'all' | 'some' | 'none'
  /** Those of `some`, in byte order. */
  readonly instances: readonly string[]
}

/**
 * The letters that notices make, one for each group, in English and German, ready to be sent. The single-use key of a
 * renewal is in none of them.
 *
 * @throws RequestError when a notice is of another form.
 */
export function letters(notices: readonly object[]): Letter[] {
  const text = jsonText({ notices }, 'the notices')
  return ask((door) => door.letters(text))
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
