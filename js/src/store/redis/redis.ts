import { StoreError, wrongType } from '../../base/errors.js'
import type { Change, CommitOutcome, Notice, TokenEvent } from '../change.js'
import { millis, millisOr } from '../columns.js'
import { LazyConnection } from '../lazy-connection.js'
import type { TokenRecord, Tombstone } from '../record.js'
import type { ListQuery, RecordPage, Store, Touch } from '../store.js'
import { applyTouch } from '../touch.js'
import { changeOf, outcomeOf, rowOf } from './change.js'
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
   * replicas: 0 if none of them is ever promoted automatically.
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
    if (replicas !== undefined && (!Number.isSafeInteger(replicas) || replicas < 0)) {
      throw new TypeError('replicas must be a whole number, 0 or more')
    }
    if (typeof server !== 'string' && (replicas ?? 0) > 0) {
      throw new TypeError('replicas needs a connection of its own: give the URL, not a client')
    }
    if (!Number.isSafeInteger(timeout) || timeout < 1) throw new TypeError('timeout must be a whole number of milliseconds, 1 or more')
    const settings = { base: `{${prefix}}:`, durability, replicas, timeout }
    this.#connection = new LazyConnection((lost) => Connection.open(server, settings, lost))
  }

  async get(id: string): Promise<TokenRecord | null> {
    return readOr<TokenRecord>(await (await this.#connection.get()).record(id))
  }

  async commit(change: Change): Promise<CommitOutcome> {
    const connection = await this.#connection.get()
    const plan = reportFailure(() => changeOf(change))
    return outcomeOf(await connection.commit(plan), change)
  }

  /** The record is changed here, and written if no other touch came in between. Each time, one of them succeeds. */
  async touch(id: string, revision: number, touch: Touch): Promise<boolean> {
    for (let tries = 0; tries < 100; tries += 1) {
      const record = await this.get(id)
      if (record?.revision !== revision) return false
      const after = reportFailure(() => applyTouch(record, touch))
      if (after === record) return true
      const used = millisOr(record.lastUsedAt) ?? undefined
      const secret = millisOr(record.secretUsedAt) ?? undefined
      const reply = await this.#run('touch', { id, used, secret, row: rowOf(after) })
      if (reply !== 'again') return reply === 'noted'
    }
    throw new StoreError('The token is used so often that this use could not be recorded')
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
    return readOr<TokenEvent>(text(await this.#run('event', { token, command })))
  }

  async trail(token: string): Promise<readonly TokenEvent[]> {
    return texts(await this.#run('trail', { token })).map((event) => read<TokenEvent>(event))
  }

  async tombstone(id: string): Promise<Tombstone | null> {
    return readOr<Tombstone>(text(await this.#run('tombstone', { id })))
  }

  async outbox(limit: number): Promise<readonly Notice[]> {
    const found = texts(await this.#run('outbox', { limit: Math.min(limit, 1e9) }))
    return found.filter((_, place) => place % 2 === 1).map((notice) => read<Notice>(notice))
  }

  async acknowledge(keys: readonly string[]): Promise<void> {
    await this.#run('acknowledge', { keys })
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  /** Collects a page in several steps, because each step of the server is short. */
  async #page(operation: string, ask: object, limit: number, after: string | null | undefined): Promise<RecordPage> {
    const found: [string, string][] = []
    let more: string | null = after ?? null
    do {
      const reply = await this.#run(operation, { ...ask, after: more ?? undefined, want: limit + 1 - found.length })
      const [next, ...rest] = Array.isArray(reply) ? (reply as unknown[]) : []
      const pairs = texts(rest)
      for (let place = 0; place < pairs.length; place += 2) found.push([pairs[place] as string, pairs[place + 1] as string])
      more = text(next)
    } while (more !== null && found.length <= limit)
    const shown = found.slice(0, limit)
    return {
      records: shown.map(([, record]) => read<TokenRecord>(record)),
      next: found.length > limit ? (shown.at(-1)?.[0] ?? null) : null,
    }
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

function read<T>(json: string): T {
  return JSON.parse(json) as T
}

function readOr<T>(json: string | null): T | null {
  return json === null ? null : read<T>(json)
}
