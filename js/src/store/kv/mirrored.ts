import type { Change, CommitOutcome, Notice, TokenEvent, RecordWrite } from '../change.js'
import { StoreError, wrongType } from '../../base/errors.js'
import { ownProperties } from '../../base/own-properties.js'
import type { TokenRecord, Tombstone } from '../record.js'
import type { ListQuery, RecordPage, Store, Touch } from '../store.js'
import { milliseconds, withTimeout } from '../../base/timeout.js'
import type { TokenId } from '../../base/token-id.js'
import type { ReadCopy } from './read-copy.js'

/** How long a command waits for its copy. */
export interface MirrorOptions {
  /** Milliseconds that a commit waits at most until it is published; by default 2,000. Below the timeout of `Tokens`. */
  readonly patience?: number
}

/** A token whose record could not be published. It is tried again the next time. */
export interface PublishFailure {
  readonly token: TokenId
  readonly message: string
}

/** What was published afterwards. */
export interface CatchUpResult {
  /** How many tokens. */
  readonly published: number
  readonly failed: readonly PublishFailure[]
}

/** Some tokens of a tenant that were published, and where to go on. */
export interface FillResult extends CatchUpResult {
  /** Hand it in as `after`; `null` when there are no more. */
  readonly next: string | null
}

/** A store whose commits are published to a read copy. */
export interface MirroredStore extends Store {
  /**
   * Publishes what commits left behind: because the copy failed, took too long, or the process died. Call it with every
   * sweep; it looks at no more than so many tokens, by default 1,000.
   */
  catchUp(options?: { readonly limit?: number }): Promise<CatchUpResult>

  /**
   * Publishes the tokens of a tenant (by default, those without one), a page at a time, by default of 100: for a copy
   * that is new beside a store that is not.
   */
  fill(query?: Pick<ListQuery, 'tenant' | 'after'> & { readonly limit?: number }): Promise<FillResult>
}

/** What stands in the outbox for each record that is to be published. */
const MARK = 'mirror'

/** So often a record is published anew because it changed meanwhile. */
const TRIES = 8

/** Milliseconds after which a copy that failed is tried again: Workers KV takes one write of a key in a second. */
const PAUSE = 1100

/** Notices read at first. */
const PAGE = 100

/**
 * A store whose commits reach a read copy. All who commit, and all who read the outbox, must do so through such a store.
 *
 * The same write that changes a record leaves a mark in the outbox. Then the record is published as the store has it,
 * and read once more: if it changed meanwhile, it is published again, so that whoever published last looks at the store
 * after that. Only then the mark goes. A commit does not fail because of its copy: `catchUp` publishes what is left.
 */
export function mirrored(store: Store, copy: ReadCopy, options: MirrorOptions = {}): MirroredStore {
  if (typeof store !== 'object' || store === null) throw wrongType('store', 'a store', store)
  if (typeof copy !== 'object' || copy === null) throw wrongType('copy', 'a read copy, such as kv(env.TOKENS)', copy)
  const { patience = 2000 } = ownProperties(options)
  return new Mirror(store, copy, milliseconds('patience', patience))
}

class Mirror implements MirroredStore {
  readonly #store: Store
  readonly #copy: ReadCopy
  readonly #patience: number

  constructor(store: Store, copy: ReadCopy, patience: number) {
    this.#store = store
    this.#copy = copy
    this.#patience = patience
  }

  async commit(change: Change): Promise<CommitOutcome> {
    const marks = change.writes.map((write) => markOf(write, change))
    const committed = await this.#store.commit({ ...change, notices: [...change.notices, ...marks] })
    if (committed?.outcome === 'committed' && marks.length > 0) await this.#soon(() => this.#reach(marks))
    return committed
  }

  async touch(id: TokenId, revision: number, touch: Touch): Promise<boolean> {
    const noted = await this.#store.touch(id, revision, touch)
    if (noted) await this.#soon(() => this.#publish(id))
    return noted
  }

  async outbox(limit: number): Promise<readonly Notice[]> {
    return this.#waiting(limit, ({ notice }) => notice !== MARK)
  }

  async catchUp(options: { readonly limit?: number } = {}): Promise<CatchUpResult> {
    const marks = await this.#waiting(count(ownProperties(options).limit ?? 1000), ({ notice }) => notice === MARK)
    const tokens = new Set(marks.map(({ token }) => token))
    return each(tokens, (token) => this.#reach(marks.filter((mark) => mark.token === token)))
  }

  async fill(query: Pick<ListQuery, 'tenant' | 'after'> & { readonly limit?: number } = {}): Promise<FillResult> {
    const { tenant = null, after = null, limit = PAGE } = ownProperties(query)
    const { records, next } = await this.#store.list({ tenant, after, limit: count(limit) })
    return { ...(await each(records.map(({ id }) => id), (id) => this.#publish(id))), next }
  }

  get(id: TokenId): Promise<TokenRecord | null> {
    return this.#store.get(id)
  }

  list(query: ListQuery): Promise<RecordPage> {
    return this.#store.list(query)
  }

  due(now: string, limit: number, after?: string | null): Promise<RecordPage> {
    return this.#store.due(now, limit, after)
  }

  event(token: TokenId, command: string): Promise<TokenEvent | null> {
    return this.#store.event(token, command)
  }

  trail(token: TokenId): Promise<readonly TokenEvent[]> {
    return this.#store.trail(token)
  }

  tombstone(id: TokenId): Promise<Tombstone | null> {
    return this.#store.tombstone(id)
  }

  acknowledge(keys: readonly string[]): Promise<void> {
    return this.#store.acknowledge(keys)
  }

  /** The oldest notices of one sort: as many are read as it takes. */
  async #waiting(limit: number, wanted: (notice: Notice) => boolean): Promise<Notice[]> {
    for (let size = Math.max(PAGE, limit); ; size *= 4) {
      const all = await this.#store.outbox(size)
      const found = all.filter(wanted)
      if (found.length >= limit || all.length < size) return found.slice(0, limit)
    }
  }

  /** What was committed stays so, whatever becomes of this. */
  async #soon(work: () => Promise<void>): Promise<void> {
    try {
      await withTimeout(work(), this.#patience)
    } catch {
      // The mark is still there.
    }
  }

  async #reach(marks: readonly Notice[]): Promise<void> {
    for (const token of new Set(marks.map((mark) => mark.token))) await this.#publish(token)
    await this.#store.acknowledge(marks.map(({ key }) => key))
  }

  async #publish(id: TokenId): Promise<void> {
    let record = await this.#store.get(id)
    for (let tries = 0; tries < TRIES; tries += 1) {
      await this.#show(id, record)
      const now = await this.#store.get(id)
      if (now?.revision === record?.revision) return
      record = now
    }
    throw new StoreError('The record changed again and again while it was published')
  }

  async #show(id: TokenId, record: TokenRecord | null): Promise<void> {
    const tombstone = record === null ? await this.#store.tombstone(id) : null
    const show = async () => {
      if (record !== null) await this.#copy.publish(record)
      else if (tombstone !== null) await this.#copy.retract(id, tombstone.revision)
    }
    try {
      await show()
    } catch {
      await new Promise((done) => setTimeout(done, PAUSE))
      await show()
    }
  }
}

/** Publishes one token after the other. What fails with one does not stop the others. */
async function each(tokens: Iterable<TokenId>, publish: (token: TokenId) => Promise<void>): Promise<CatchUpResult> {
  const failed: PublishFailure[] = []
  let published = 0
  for (const token of tokens) {
    try {
      await publish(token)
      published += 1
    } catch (error) {
      failed.push({ token, message: error instanceof Error ? error.message : 'The copy failed' })
    }
  }
  return { published, failed }
}

function count(limit: number): number {
  if (!Number.isInteger(limit) || limit < 1) throw new TypeError('limit must be a count of at least 1')
  return limit
}

/** That a record is to be published, in the form that an outbox holds. */
function markOf({ id, was, record }: RecordWrite, { tombstone, events }: Change): Notice {
  const { tenant = null, owner = '', kind = '' } = record ?? tombstone ?? {}
  return {
    key: `${MARK}:${id}:${record?.revision ?? was + 1}`,
    notice: MARK,
    group: [tenant, owner, MARK],
    tenant,
    owner,
    token: id,
    kind,
    at: events[0]?.at ?? new Date().toISOString(),
  }
}
