import type { Change, CommitOutcome, Notice, TokenEvent } from './change.js'
import type { TokenRecord, Tombstone } from './record.js'
import type { TokenId } from '../base/token-id.js'

/** That a token was used: an observation, which makes no new revision and no event. */
export interface Touch {
  readonly lastUsedAt: string
  readonly secretUsedAt?: string | null
  readonly endsAt?: string | null
  readonly dueAt?: string | null
}

/** Which records to list. What is absent is not looked at, but for `tenant`. */
export interface ListQuery {
  /** Equal or not listed; absent and `null` are the tokens without a tenant. */
  readonly tenant?: string | null
  readonly owner?: string
  readonly kind?: string
  /** `active`: not revoked, `endsAt` absent or after `now`; locked ones among them. `ended`: not revoked either. */
  readonly status?: 'active' | 'ended' | 'revoked'
  /** For `status`. */
  readonly now?: string
  readonly createdBefore?: string
  /** Go on behind what this `next` ended with. */
  readonly after?: string | null
  readonly limit: number
}

/** Some records, and where to go on. */
export interface RecordPage {
  readonly records: readonly TokenRecord[]
  /** Hand it in as `after`; `null` when there are no more. */
  readonly next: string | null
}

/**
 * Where tokens are kept. Every change of a token goes through `commit`, so everything rests on it: all or nothing, and
 * only over the revisions that were read, also while others write. `conform` of `portcullis/conformance` shows whether a
 * store keeps to this.
 *
 * A method that cannot say for certain rejects; a store never guesses. A store that cannot compare and set (a cache, a
 * key-value store that is only eventually right) may serve `get` to a gate, and is no `Store`.
 */
export interface Store {
  /** The record with exactly this id, as it was last committed; never an older one. */
  get(id: TokenId): Promise<TokenRecord | null>

  /**
   * Writes a change, in this order: an event (token, command) that exists is `repeated`; a record of another revision
   * is `conflict`; a guard that does not hold is `limit_reached`; claims are given back, then made, and one that
   * another token holds is `not_unique`; then records, tombstone, events and notices (a key that is in the outbox
   * already is left as it is) are there together, and stay.
   */
  commit(change: Change): Promise<CommitOutcome>

  /**
   * Notes that a token was used, and says whether the stored revision is this one; if not, nothing is noted.
   * `lastUsedAt`, `endsAt` and `dueAt` are raised together when `lastUsedAt` is later than the stored one,
   * `secretUsedAt` by itself; what is absent stays. A clock that went back lowers nothing.
   */
  touch(id: TokenId, revision: number, touch: Touch): Promise<boolean>

  /** Records in the order of their ids. */
  list(query: ListQuery): Promise<RecordPage>

  /** Records with `dueAt` at or before `now`, of all tenants, in the order of `dueAt`, then of their ids. */
  due(now: string, limit: number, after?: string | null): Promise<RecordPage>

  /** The event of the command with this id on this token, also after the token was deleted; `null` if there is none. */
  event(token: TokenId, command: string): Promise<TokenEvent | null>

  /** All events of a token in the order of their sequence, also when the token is gone. */
  trail(token: TokenId): Promise<readonly TokenEvent[]>

  /** What is left of a deleted token. */
  tombstone(id: TokenId): Promise<Tombstone | null>

  /** The oldest notices that nobody acknowledged. Reading them changes nothing. */
  outbox(limit: number): Promise<readonly Notice[]>

  /** Removes notices from the outbox. Keys that are not there are left out of account. */
  acknowledge(keys: readonly string[]): Promise<void>
}
