import { wrongType } from '../../base/errors.js'
import { wholeNumber } from '../../base/options.js'
import { milliseconds } from '../../base/timeout.js'
import type { Change, CommitOutcome, Notice, TokenEvent } from '../change.js'
import { millis, millisOr } from '../columns.js'
import { LazyConnection } from '../lazy-connection.js'
import { outcomeOf } from '../outcome.js'
import type { TokenRecord, Tombstone } from '../record.js'
import { page, type PageRow, parsed } from '../result-rows.js'
import type { ListQuery, RecordPage, Store, Touch } from '../store.js'
import { touchHere } from '../touch.js'
import { changeOf, rowOf } from './change.js'
import { Connection, failed, text, texts } from './connection.js'
import type { Durability } from './durability.js'
import { type RedisClient, senderFor } from './sender.js'

export type { Durability } from './durability.js'
export type { IoRedisClient, NodeRedisClient, NodeRedisCluster, RedisClient } from './sender.js'

/** How to keep tokens in Redis. */
export interface RedisOptions {
  /** The prefix of all keys, in braces. Default: `portcullis`. Each prefix is one store. */
  readonly prefix?: string
  /** What the server must not lose; checked before first use. Default: `every-write`. */
  readonly durability?: Durability
  /**
   * How many replicas must have a change before it counts as written. Requires a URL. Must be given if the server has
   * replicas: 0 if no replica is ever promoted automatically.
   */
  readonly replicas?: number
  /** Milliseconds to wait for the server. Default: 5,000. */
  readonly timeout?: number
}

/** A store in Redis. */
export interface RedisStore extends Store {
  /** Closes a connection that it opened; the store connects again on next use. A client of yours stays open. */
  close(): Promise<void>
}

/**
 * A store in Redis, which any number of processes may share, native services included. Pass a URL and install the
 * package `redis` or `ioredis`, or pass a connected client of one of them.
 *
 * By default Redis forgets. So the server is checked before first use, and refused with a `StoreError` if it could lose
 * what it confirmed. The check covers the settings of one server at that time.
 */
export function redis(server: string | RedisClient, options: RedisOptions = {}): RedisStore {
  return new Redis(server, options)
}

class Redis implements RedisStore {
  readonly #connection: LazyConnection<Connection>

  constructor(server: string | RedisClient, { prefix = 'portcullis', durability = 'every-write', replicas, timeout = 5000 }: RedisOptions) {
    if (typeof server === 'string') {
      if (!/^rediss?:\/\//.test(server)) throw new TypeError('server must be a URL that begins with redis:// or rediss://')
    } else senderFor(server)
    if (typeof prefix !== 'string') throw wrongType('prefix', 'a string', prefix)
    if (prefix === '' || /[{}]/.test(prefix)) throw new TypeError('prefix must not be empty or contain braces')
    if (!['every-write', 'every-second', 'unchecked'].includes(durability)) {
      throw new TypeError("durability must be 'every-write', 'every-second' or 'unchecked'")
    }
    if (wholeNumber('replicas', replicas ?? 0, 0) > 0 && typeof server !== 'string') {
      throw new TypeError('replicas needs a connection of its own: give the URL, not a client')
    }
    const settings = { base: `{${prefix}}:`, durability, replicas, timeout: milliseconds('timeout', timeout) }
    this.#connection = new LazyConnection((lost) => Connection.open(server, settings, lost))
  }

  async get(id: string): Promise<TokenRecord | null> {
    return parsed<TokenRecord>(await this.#text(id))
  }

  async commit(change: Change): Promise<CommitOutcome> {
    const connection = await this.#connection.get()
    const plan = reportFailure(() => changeOf(change))
    const reply = await connection.commit(plan)
    const [word, number] = Array.isArray(reply) ? (reply as unknown[]) : []
    return outcomeOf(word, Number(number), change)
  }

  async touch(id: string, revision: number, touch: Touch): Promise<boolean> {
    const write = async (after: TokenRecord, before: TokenRecord) => {
      const [used, secret] = [millisOr(before.lastUsedAt) ?? undefined, millisOr(before.secretUsedAt) ?? undefined]
      return (await this.#run('touch', { id, used, secret, row: rowOf(after) })) === 'noted'
    }
    try {
      return await touchHere(revision, touch, () => this.#text(id), write)
    } catch (cause) {
      throw failed(cause)
    }
  }

  async list({ tenant, owner, kind, status, now, createdBefore, after, limit }: ListQuery): Promise<RecordPage> {
    const ask = reportFailure(() => ({
      tenant: tenant ?? undefined,
      owner,
      kind,
      status,
      now: status === 'active' || status === 'ended' ? millis(now ?? '') : undefined,
      before: millisOr(createdBefore) ?? undefined,
    }))
    return this.#page('list', ask, limit, after)
  }

  async due(now: string, limit: number, after?: string | null): Promise<RecordPage> {
    return this.#page('due', reportFailure(() => ({ now: millis(now) })), limit, after)
  }

  async event(token: string, command: string): Promise<TokenEvent | null> {
    return parsed<TokenEvent>(text(await this.#run('event', { token, command })))
  }

  async trail(token: string): Promise<readonly TokenEvent[]> {
    return texts(await this.#run('trail', { token })).map((event) => JSON.parse(event) as TokenEvent)
  }

  async tombstone(id: string): Promise<Tombstone | null> {
    return parsed<Tombstone>(text(await this.#run('tombstone', { id })))
  }

  async outbox(limit: number): Promise<readonly Notice[]> {
    const found = texts(await this.#run('outbox', { limit: Math.min(limit, 1e9) }))
    return found.filter((_, place) => place % 2 === 1).map((notice) => JSON.parse(notice) as Notice)
  }

  async acknowledge(keys: readonly string[]): Promise<void> {
    await this.#run('acknowledge', { keys })
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  /** Collects a page in several steps, because each step of the server is short. */
  async #page(operation: string, ask: object, limit: number, after: string | null | undefined): Promise<RecordPage> {
    const found: PageRow[] = []
    let more: string | null = after ?? null
    do {
      const reply = await this.#run(operation, { ...ask, after: more ?? undefined, want: limit + 1 - found.length })
      const [next, ...rest] = Array.isArray(reply) ? (reply as unknown[]) : []
      const pairs = texts(rest)
      for (let place = 0; place < pairs.length; place += 2) found.push({ cursor: pairs[place] as string, text: pairs[place + 1] as string })
      more = text(next)
    } while (more !== null && found.length <= limit)
    return page(found, limit)
  }

  async #text(id: string): Promise<string | null> {
    return (await this.#connection.get()).record(id)
  }

  async #run(operation: string, ask: object): Promise<unknown> {
    return (await this.#connection.get()).run(operation, ask)
  }
}

/** Nothing was sent if the arguments cannot be serialized; still a `StoreError`. */
function reportFailure<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw failed(cause)
  }
}
