import type { TokenId } from '../base/token-id.js'
import type { Change, CommitOutcome, Notice, TokenEvent } from './change.js'
import type { TokenRecord, Tombstone } from './record.js'

/** The use of a token. Recording it makes no new revision and no event. */
export interface Touch {
  readonly lastUsedAt: string
  readonly secretUsedAt?: string | null
  readonly endsAt?: string | null
  readonly dueAt?: string | null
}

/** Which records to list. An absent field is no condition, except `tenant`. */
export interface ListQuery {
  /** Compared exactly; absent or `null` selects the tokens without a tenant. */
  readonly tenant?: string | null
  readonly owner?: string
  readonly kind?: string
  /**
   * `active`: not revoked, and `endsAt` absent or after `now`; includes locked tokens. `ended`: not revoked, and
   * `endsAt` not after `now`.
   */
  readonly status?: 'active' | 'ended' | 'revoked'
  /** Required for `status`. */
  readonly now?: string
  readonly createdBefore?: string
  /** The `next` of the previous page. */
  readonly after?: string | null
  readonly limit: number
}

/** A page of records. */
export interface RecordPage {
  readonly records: readonly TokenRecord[]
  /** Pass it as `after` to get the next page; `null` if this is the last one. */
  readonly next: string | null
}

/**
 * Where tokens are kept. `commit` carries all guarantees: it writes everything or nothing, and only over the revisions
 * that were read, even with concurrent writers. `conform` of `portcullis/conformance` tests a store.
 *
 * A method that is not certain of its answer must reject. A store that cannot compare and set, such as a cache or an
 * eventually consistent key-value store, may serve `get` to a gate, but is not a `Store`.
 */
export interface Store {
  /** The record with exactly this id, as last committed; never an older one. */
  get(id: TokenId): Promise<TokenRecord | null>

  /**
   * Writes a change. Checks come first, in this order: an event with the same token and command exists (`repeated`); a
   * record has another revision (`conflict`); a guard does not hold (`limit_reached`); after the releases, another
   * token holds a claim (`not_unique`). Then records, tombstone, events and notices become visible together, and last.
   * A notice whose key is in the outbox already is left alone.
   */
  commit(change: Change): Promise<CommitOutcome>

  /**
   * Records a use of the token, and returns whether the stored record has this revision; if not, nothing changes. If
   * `lastUsedAt` is later than the stored one, `lastUsedAt`, `endsAt` and `dueAt` are updated together; `secretUsedAt`
   * is updated on its own. Absent fields stay. Earlier instants never replace later ones.
   */
  touch(id: TokenId, revision: number, touch: Touch): Promise<boolean>

  /** Records in the order of their ids. */
  list(query: ListQuery): Promise<RecordPage>

  /** Records of all tenants with `dueAt` at or before `now`, in the order of `dueAt`, then of ids. */
  due(now: string, limit: number, after?: string | null): Promise<RecordPage>

  /** The event of the command with this id on this token, also after the token was deleted; `null` if there is none. */
  event(token: TokenId, command: string): Promise<TokenEvent | null>

  /** All events of a token in the order of `sequence`, even of a deleted token. */
  trail(token: TokenId): Promise<readonly TokenEvent[]>

  /** What remains of a deleted token. */
  tombstone(id: TokenId): Promise<Tombstone | null>

  /** The oldest notices that are not acknowledged. Reading does not remove them. */
  outbox(limit: number): Promise<readonly Notice[]>

  /** Removes notices from the outbox. Unknown keys are ignored. */
  acknowledge(keys: readonly string[]): Promise<void>
}
