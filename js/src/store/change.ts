import type { Json, TokenRecord, Tombstone } from './record.js'
import type { TokenId } from '../base/token-id.js'

/** One record to write, if its revision is still the one that was read. */
export interface RecordWrite {
  readonly id: TokenId
  /** The revision that it replaces; 0 when no record and no tombstone has this id. */
  readonly was: number
  /** The new record; `null` deletes it. */
  readonly record: TokenRecord | null
  /**
   * The `lastUsedAt` of the record that the change was worked out on, `null` when it had none: if the stored one is
   * later by now, the token was used since, and the write is a conflict. Absent: not looked at.
   */
  readonly seen?: string | null
}

/** How many tokens may count as active, once those of the change are left out. */
export interface Guard {
  readonly guard: 'activePerOwner' | 'activePerTenant'
  readonly kind: string
  readonly tenant: string | null
  /** Only for `activePerOwner`. */
  readonly owner?: string | null
  /** There must be fewer than this: not revoked, and `endsAt` absent or after `now`. Locked ones count. */
  readonly below: number
  readonly now: string
}

/** Something that only one token may have. */
export interface Claim {
  /** Compared as it is. */
  readonly claim: string
  readonly token: TokenId
}

/** One accepted command, in the audit trail of the token that it changed. */
export interface TokenEvent {
  readonly v: number
  readonly token: TokenId
  readonly tenant: string | null
  /** The revision after it: 1, 2, 3 without a gap. */
  readonly sequence: number
  /** The id of the command; no two events of a token share one. */
  readonly command: string
  readonly event: string
  readonly at: string
  readonly actor: { readonly id: string; readonly roles?: readonly string[]; readonly token?: TokenId | null }
  readonly reason: string | null
  readonly changes: { readonly [field: string]: { readonly before?: Json; readonly after?: Json } }
  readonly previous: string | null
  readonly head: string
  readonly [unknown: string]: unknown
}

/** Something that somebody is to be told, once: `key` is stable. */
export interface Notice {
  readonly key: string
  readonly notice: string
  /** Notices with the same group belong into one letter. */
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
  /** Where a renewal wants to be announced. */
  readonly callback?: string | null
  /** The single-use key of a renewal, for whoever holds the old secret. */
  readonly secret?: string
  readonly [unknown: string]: unknown
}

/**
 * What a store writes, all of it or nothing. It never holds a plaintext. Without `writes` it is only there for its
 * notices.
 */
export interface Change {
  readonly writes: readonly RecordWrite[]
  readonly tombstone: Tombstone | null
  readonly guards: readonly Guard[]
  readonly claims: readonly Claim[]
  /** Claims to give back, before others are made. One that another token holds stays. */
  readonly releases: readonly Claim[]
  readonly events: readonly TokenEvent[]
  readonly notices: readonly Notice[]
}

/** What became of a change. */
export type CommitOutcome =
  | { readonly outcome: 'committed' }
  /** A record is no longer the one that was read. Nothing was written. */
  | { readonly outcome: 'conflict' }
  /** A command of this change took effect before. Nothing was written. */
  | { readonly outcome: 'repeated' }
  /** Too many tokens count as active. Nothing was written. */
  | { readonly outcome: 'refused'; readonly code: 'limit_reached'; readonly guard: Guard }
  /** Another token holds the claim. Nothing was written. */
  | { readonly outcome: 'refused'; readonly code: 'not_unique'; readonly claim: Claim }
