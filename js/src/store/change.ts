import type { TokenId } from '../base/token-id.js'
import type { Json, TokenRecord, Tombstone } from './record.js'

/** One record to write over the revision that was read. */
export interface RecordWrite {
  readonly id: TokenId
  /** The revision to replace; 0 if neither a record nor a tombstone has this id. */
  readonly was: number
  /** The new record; `null` deletes it. */
  readonly record: TokenRecord | null
  /**
   * The `lastUsedAt` that the change was worked out on, or `null`. If the stored one is later, the token was used
   * since, and the write is a conflict. Absent: no check.
   */
  readonly seen?: string | null
}

/** A record that a change rests on without writing it, such as that of the token which gave the command. */
export interface RecordRead {
  readonly id: TokenId
  /** The revision that it must still have; else the change is a conflict. */
  readonly was: number
}

/** A limit: how many other tokens may be active. */
export interface Guard {
  readonly guard: 'activePerOwner' | 'activePerTenant'
  readonly kind: string
  readonly tenant: string | null
  /** Only for `activePerOwner`. */
  readonly owner?: string | null
  /**
   * Fewer active tokens than this must exist, without those that the change writes. Active means not revoked, and
   * `endsAt` absent or after `now`; locked tokens count.
   */
  readonly below: number
  readonly now: string
}

/** A text that only one token may hold, such as a unique name. */
export interface Claim {
  /** Compared exactly. */
  readonly claim: string
  readonly token: TokenId
}

/** A command that took effect, in the audit trail of the token that it changed. */
export interface TokenEvent {
  readonly v: number
  readonly token: TokenId
  readonly tenant: string | null
  /** The revision that it led to: 1, 2, 3, without a gap. */
  readonly sequence: number
  /** The id of the command, unique among the events of the token. */
  readonly command: string
  readonly event: string
  readonly at: string
  /** `system` instead of the other fields: the system itself. */
  readonly actor: { readonly id?: string; readonly roles?: readonly string[]; readonly token?: TokenId | null; readonly system?: true }
  readonly reason: string | null
  readonly changes: { readonly [field: string]: { readonly before?: Json; readonly after?: Json } }
  readonly previous: string | null
  readonly head: string
  readonly [unknown: string]: unknown
}

/** A message for someone, to be delivered at least once. `key` is stable. */
export interface Notice {
  readonly key: string
  readonly notice: string
  /** Notices with the same group go into one letter. */
  readonly group: readonly (string | null)[]
  readonly to?: string | null
  readonly tenant: string | null
  readonly owner: string
  readonly token: TokenId
  readonly kind: string
  readonly name?: string | null
  readonly stage?: string | null
  readonly at: string
  readonly ends?: string | null
  /** The URL to announce a renewal at. */
  readonly callback?: string | null
  /** The single-use key of a renewal. It works only together with the old secret. */
  readonly secret?: string
  readonly [unknown: string]: unknown
}

/** What a store writes, all of it or nothing. It never contains a plaintext. Without `writes` it adds notices only. */
export interface Change {
  readonly writes: readonly RecordWrite[]
  /** Absent: the change rests on no other record. */
  readonly reads?: readonly RecordRead[]
  readonly tombstone: Tombstone | null
  readonly guards: readonly Guard[]
  readonly claims: readonly Claim[]
  /** Claims to release before new ones are made. A claim that another token holds stays. */
  readonly releases: readonly Claim[]
  readonly events: readonly TokenEvent[]
  readonly notices: readonly Notice[]
}

/** The result of a commit. */
export type CommitOutcome =
  | { readonly outcome: 'committed' }
  /** A record has another revision than the one that was read. Nothing was written. */
  | { readonly outcome: 'conflict' }
  /** A command of this change took effect before. Nothing was written. */
  | { readonly outcome: 'repeated' }
  /** Too many tokens are active. Nothing was written. */
  | { readonly outcome: 'refused'; readonly code: 'limit_reached'; readonly guard: Guard }
  /** Another token holds the claim. Nothing was written. */
  | { readonly outcome: 'refused'; readonly code: 'not_unique'; readonly claim: Claim }
