import { StoreError } from '../../base/errors.js'
import { withMethods } from '../../base/options.js'
import { ownProperties } from '../../base/own-properties.js'
import { millisOr } from '../columns.js'
import type { TokenRecord } from '../record.js'
import { readCopy, type ReadCopy } from './read-copy.js'

export { type CatchUpResult, type FillResult, mirrored, type MirroredStore, type MirrorOptions, type PublishFailure } from './mirrored.js'
export type { ReadCopy } from './read-copy.js'

/** The part of a Workers KV binding that the copy needs, as a worker has it in `env`. */
export interface KvNamespace {
  get(key: string, options?: { type: 'text'; cacheTtl?: number }): Promise<string | null>
  put(key: string, value: string, options?: { expirationTtl?: number }): Promise<unknown>
}

/** How to use a namespace. */
export interface KvOptions {
  /** What keys begin with, before a colon. Default: `portcullis`. Other prefixes in the namespace are left alone. */
  readonly prefix?: string
  /** How many seconds a location caches what it read, at least 30. Default: Cloudflare's 60. */
  readonly cacheTtl?: number
}

/** A read copy in Workers KV. `get` returns JSON text, which a gate opens without parsing it twice. */
export interface KvCopy extends ReadCopy {
  get(id: string): Promise<string | null>
}

/** The longest key, in bytes. */
const LONGEST = 512

/** Replaces the record of a deleted token. No record begins like this. */
const GONE = 'deleted:'

/** How many seconds the mark of a deletion is kept: longer than any publication of an older record takes. */
const DAY = 86_400

/**
 * A read copy of tokens in Cloudflare Workers KV, for gates. Keys are a prefix and the encoded id, so no id can collide
 * with another key.
 *
 * Other locations show a change after 60 seconds or more (`cacheTtl`), plus the `maxStaleness` of a gate that caches.
 * The copy publishes nothing by itself: see {@link mirrored}.
 */
export function kv(namespace: KvNamespace, options: KvOptions = {}): KvCopy {
  withMethods('namespace', 'a KV binding, such as env.TOKENS', namespace, 'get', 'put')
  const { prefix = 'portcullis', cacheTtl } = ownProperties(options)
  if (typeof prefix !== 'string' || !/^[A-Za-z0-9_.-]{1,64}$/.test(prefix)) throw new TypeError('prefix must be 1 to 64 of A-Z a-z 0-9 _ . -')
  if (cacheTtl !== undefined && !(Number.isInteger(cacheTtl) && cacheTtl >= 30)) throw new TypeError('cacheTtl must be whole seconds, at least 30')
  return new Kv(namespace, prefix, cacheTtl)
}

class Kv implements KvCopy {
  readonly #namespace: KvNamespace
  readonly #prefix: string
  readonly #cacheTtl: number | undefined

  constructor(namespace: KvNamespace, prefix: string, cacheTtl: number | undefined) {
    this.#namespace = namespace
    this.#prefix = prefix
    this.#cacheTtl = cacheTtl
  }

  async get(id: string): Promise<string | null> {
    const key = this.#key(id)
    // Nothing can have been published under a longer key.
    const text = key.length > LONGEST ? null : await this.#read(key)
    return text === null || text.startsWith(GONE) ? null : text
  }

  publish(record: TokenRecord): Promise<boolean> {
    return this.#show(record.id, useOf(record), JSON.stringify(record))
  }

  retract(id: string, revision: number): Promise<boolean> {
    return this.#show(id, [revision, 0, 0], `${GONE}${revision}`, { expirationTtl: DAY })
  }

  // The other methods of a store, for callers who mistake the copy for one.
  commit = refuse
  list = refuse
  due = refuse
  event = refuse
  trail = refuse
  tombstone = refuse
  outbox = refuse
  acknowledge = refuse

  async #show(id: string, use: Use, text: string, options?: { expirationTtl: number }): Promise<boolean> {
    const key = this.#key(id)
    if (key.length > LONGEST) throw new StoreError(`The id makes a key of more than ${LONGEST} bytes, which Workers KV does not accept`)
    const present = await this.#read(key)
    if (present !== null && isLater(shown(present), use)) return false
    await asked(() => this.#namespace.put(key, text, options))
    return true
  }

  #read(key: string): Promise<string | null> {
    const ttl = this.#cacheTtl
    return asked(() => ttl === undefined ? this.#namespace.get(key) : this.#namespace.get(key, { type: 'text', cacheTtl: ttl }))
  }

  /** The prefix contains no colon, so each pair of prefix and id has a key of its own. */
  #key(id: string): string {
    if (typeof id !== 'string' || !id.isWellFormed()) throw new TypeError('the id of the token must be a well-formed string')
    return `${this.#prefix}:${encodeURIComponent(id)}`
  }
}

/** Revision, last use and first use of the secret: two records are ordered by these. */
type Use = readonly [revision: number, lastUsedAt: number, secretUsedAt: number]

function useOf({ revision, lastUsedAt, secretUsedAt }: Partial<TokenRecord>): Use {
  return [revision ?? 0, millisOr(lastUsedAt) ?? 0, millisOr(secretUsedAt) ?? 0]
}

/** The order of what is published. What cannot be read comes first, and is overwritten. */
function shown(text: string): Use {
  if (text.startsWith(GONE)) return [Number(text.slice(GONE.length)), Infinity, Infinity]
  try {
    return useOf(JSON.parse(text) as TokenRecord)
  } catch {
    return [0, 0, 0]
  }
}

function isLater(one: Use, other: Use): boolean {
  const [difference] = one.map((part, index) => part - (other[index] ?? 0)).filter((part) => part !== 0)
  return difference !== undefined && difference > 0
}

async function refuse(): Promise<never> {
  throw readCopy()
}

/** Errors of KV become the `cause`; they contain no values. */
async function asked<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question()
  } catch (cause) {
    throw new StoreError('The KV copy failed', { cause })
  }
}
