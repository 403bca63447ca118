import { StoreError, wrongType } from '../../base/errors.js'
import { wholeNumber } from '../../base/options.js'
import { ownProperties } from '../../base/own-properties.js'
import { milliseconds, withTimeout } from '../../base/timeout.js'
import type { TokenId } from '../../base/token-id.js'
import type { Change, CommitOutcome, Notice } from '../change.js'
import type { TokenRecord } from '../record.js'
import type { ListQuery, Store, Touch } from '../store.js'
import type { ReadCopy } from './read-copy.js'

/** Options of `mirrored`. */
export interface MirrorOptions {
  /**
   * The longest time, in milliseconds, that a commit waits for its publication. Default: 2,000. Keep it below the
   * timeout of `Tokens`.
   */
  readonly patience?: number
  /** The clock, in milliseconds. Default: the platform's. */
  readonly now?: () => number
}

/** A token that could not be published. The next call tries it again. */
export interface PublishFailure {
  readonly token: TokenId
  readonly message: string
}

/** The result of `catchUp`. */
export interface CatchUpResult {
  /** How many tokens were published. */
  readonly published: number
  readonly failed: readonly PublishFailure[]
}

/** The result of `fill`. */
export interface FillResult extends CatchUpResult {
  /** Pass it as `after` to continue; `null` if there are no more. */
  readonly next: string | null
}

/** A store that publishes its commits to a read copy. */
export interface MirroredStore extends Store {
  /**
   * Publishes what commits could not, because the copy failed or was slow, or the process died. Call it with every
   * sweep. It handles up to `limit` tokens, by default 1,000.
   */
  catchUp(options?: { readonly limit?: number }): Promise<CatchUpResult>

  /**
   * Publishes the tokens of a tenant (by default those without one) page by page, by default 100: for a new copy of a
   * store that has tokens already.
   */
  fill(query?: Pick<ListQuery, 'tenant' | 'after'> & { readonly limit?: number }): Promise<FillResult>
}

/** The notice in the outbox for each record to publish. */
const MARK = 'mirror'

/** How often a record is published again because it changed in the meantime. */
const TRIES = 8

/** Milliseconds until a failed publication is tried again: Workers KV accepts one write of a key per second. */
const PAUSE = 1100

/** The longest time, in milliseconds, after which a write of a publisher that died can still reach the copy. */
const LATEST = 120_000

/** How many notices are read at first. */
const PAGE = 100

/**
 * A store that publishes its commits to a read copy. All writers, and all readers of the outbox, must use such a store.
 *
 * The write that changes a record also puts a mark into the outbox; before a use is recorded, a write of its own does.
 * The record is then read and published, and read
 * once more: if it has changed, it is published again. So the last publication is always followed by a look at the
 * store. Only then is the mark removed. A commit does not fail because of the copy: `catchUp` publishes what is left, and
 * removes a mark when nothing can arrive late any more.
 */
export function mirrored(store: Store, copy: ReadCopy, options: MirrorOptions = {}): MirroredStore {
  if (typeof store !== 'object' || store === null) throw wrongType('store', 'a store', store)
  if (typeof copy !== 'object' || copy === null) throw wrongType('copy', 'a read copy, such as kv(env.TOKENS)', copy)
  const { patience = 2000, now = Date.now } = ownProperties(options)
  return new Mirror(store, copy, milliseconds('patience', patience), now)
}

class Mirror implements MirroredStore {
  readonly #store: Store
  readonly #copy: ReadCopy
  readonly #patience: number
  readonly #now: () => number

  constructor(store: Store, copy: ReadCopy, patience: number, now: () => number) {
    this.#store = store
    this.#copy = copy
    this.#patience = patience
    this.#now = now
  }

  async commit(change: Change): Promise<CommitOutcome> {
    const marks = change.writes.map(({ id, was, record }) =>
      this.#mark(id, `${record?.revision ?? was + 1}`, record ?? change.tombstone ?? {}),
    )
    const committed = await this.#store.commit({ ...change, notices: [...change.notices, ...marks] })
    if (committed?.outcome === 'committed' && marks.length > 0) await this.#soon(() => this.#reach(marks))
    return committed
  }

  async touch(id: TokenId, revision: number, touch: Touch): Promise<boolean> {
    const mark = this.#mark(id, crypto.randomUUID(), {})
    const marked = await this.#store.commit({ ...NOTHING, notices: [mark] })
    const noted = await this.#store.touch(id, revision, touch)
    // Without its mark, a publisher that dies could leave an older record in the copy than one published beside it.
    if (marked?.outcome === 'committed') await this.#soon(() => (noted ? this.#reach([mark]) : this.#store.acknowledge([mark.key])))
    return noted
  }

  async outbox(limit: number): Promise<readonly Notice[]> {
    return this.#waiting(limit, ({ notice }) => notice !== MARK)
  }

  async catchUp(options: { readonly limit?: number } = {}): Promise<CatchUpResult> {
    const marks = await this.#waiting(wholeNumber('limit', ownProperties(options).limit ?? 1000), ({ notice }) => notice === MARK)
    const settled = new Date(this.#now() - LATEST).toISOString()
    const tokens = new Set(marks.map(({ token }) => token))
    return each(tokens, (token) => this.#reach(marks.filter((mark) => mark.token === token), ({ at }) => at <= settled))
  }

  async fill(query: Pick<ListQuery, 'tenant' | 'after'> & { readonly limit?: number } = {}): Promise<FillResult> {
    const { tenant = null, after = null, limit = PAGE } = ownProperties(query)
    const { records, next } = await this.#store.list({ tenant, after, limit: wholeNumber('limit', limit) })
    return { ...(await each(records.map(({ id }) => id), (id) => this.#publish(id))), next }
  }

  // The rest is the store's.
  readonly get: Store['get'] = (id) => this.#store.get(id)
  readonly list: Store['list'] = (query) => this.#store.list(query)
  readonly due: Store['due'] = (now, limit, after) => this.#store.due(now, limit, after)
  readonly event: Store['event'] = (token, command) => this.#store.event(token, command)
  readonly trail: Store['trail'] = (token) => this.#store.trail(token)
  readonly tombstone: Store['tombstone'] = (id) => this.#store.tombstone(id)
  readonly acknowledge: Store['acknowledge'] = (keys) => this.#store.acknowledge(keys)

  /** The oldest notices of one sort. Reads more and more until there are enough. */
  async #waiting(limit: number, wanted: (notice: Notice) => boolean): Promise<Notice[]> {
    for (let size = Math.max(PAGE, limit); ; size *= 4) {
      const all = await this.#store.outbox(size)
      const found = all.filter(wanted)
      if (found.length >= limit || all.length < size) return found.slice(0, limit)
    }
  }

  /** The commit stands, whether this succeeds or not. */
  async #soon(work: () => Promise<void>): Promise<void> {
    try {
      await withTimeout(work(), this.#patience)
    } catch {
      // The mark remains in the outbox.
    }
  }

  /** Publishes what is marked, and removes the marks for which nothing is to be published again. */
  async #reach(marks: readonly Notice[], isDone: (mark: Notice) => boolean = () => true): Promise<void> {
    for (const token of new Set(marks.map((mark) => mark.token))) await this.#publish(token)
    await this.#store.acknowledge(marks.filter(isDone).map(({ key }) => key))
  }

  /** The mark for a record to publish, in the form of a notice. */
  #mark(token: TokenId, cause: string, { tenant = null, owner = '', kind = '' }: Partial<TokenRecord>): Notice {
    const at = new Date(this.#now()).toISOString()
    return { key: `${MARK}:${token}:${cause}`, notice: MARK, group: [tenant, owner, MARK], tenant, owner, token, kind, at }
  }

  async #publish(id: TokenId): Promise<void> {
    let record = await this.#store.get(id)
    for (let tries = 0; tries < TRIES; tries += 1) {
      await this.#show(id, record)
      const now = await this.#store.get(id)
      if (now?.revision === record?.revision) return
      record = now
    }
    throw new StoreError('The record kept changing while it was published')
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

/** Publishes one token after the other. A failure of one does not stop the others. */
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

/** A change that writes nothing. */
const NOTHING: Change = { writes: [], tombstone: null, guards: [], claims: [], releases: [], events: [], notices: [] }
