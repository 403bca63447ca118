import { isCompiled, policyIn } from '../policy/compiled.js'
import type { Decision } from '../decision/decision.js'
import { wrongType } from '../base/errors.js'
import { ownProperties } from '../base/own-properties.js'
import { jsonText } from '../base/json-text.js'
import { Policy } from '../policy/policy.js'
import type { CheckOptions, GateRequest } from './request.js'
import type { CacheLimits, Read } from './record-cache.js'
import { dispose } from '../module/handle.js'
import type { Subject, SubjectDocument } from '../policy/subject.js'
import type { TokenId } from '../base/token-id.js'
import type { Token } from '../policy/token.js'
import type { TouchHook } from './touch-writer.js'

const { parse } = JSON

/** A store as a gate uses it: a `Map` will do, and every store of this package does. */
export interface TokenSource<Context = unknown> {
  /** The record with this id: JSON text, an object, or an opened token; `null` or `undefined` when there is none. */
  get(id: TokenId, context: Context): Read<Token | object | string>
  /** Remembers that a token was used: see {@link GateOptions.touch}. */
  readonly touch?: TouchHook<Context>
}

/** What a gate is made of. `Context` is whatever you hand to `check`, such as a worker's `env`. */
export interface GateOptions<Context = unknown> {
  /** The policy, or its document. */
  readonly policy: Policy | object | string
  /**
   * Finds the record with this id in your store: JSON text, an object, or an opened token; `null` or `undefined` when
   * there is none. If it throws, rejects or takes too long, the answer is the denial `store_unavailable`. It is not
   * asked for what was never a token of this policy. A store with `get` will do as well.
   *
   * Checks that come while the same id of the same tenant is being looked up share that look-up. So a context that
   * leads to another store must lead to another `tenant`.
   */
  readonly tokens: ((id: TokenId, context: Context) => Read<Token | object | string>) | TokenSource<Context>
  /**
   * Finds the owner's present rights, for kinds that ask for them; `null` or `undefined` when the owner is gone. Asked
   * only after the secret was proven.
   */
  readonly subject?: (owner: string, context: Context) => Read<Subject | SubjectDocument | string>
  /**
   * Whether records and owners' rights are kept, instead of asking the store for each request. By default they are
   * not, so that a lock or a revocation counts from the next request on. With `true`, or with bounds, it counts after
   * {@link maxStaleness} at the latest, plus the delay of the store that is read. Decisions are never kept: every
   * request is decided, secret included. Kept records are found by tenant and id.
   */
  readonly cache?: boolean | CacheOptions
  /**
   * How old, in milliseconds, a record or an owner's rights may be that an answer rests on, where they are kept at all,
   * or a long-lived response is watched; by default 60,000. Nothing older is used, also when the store is down.
   */
  readonly maxStaleness?: number
  /**
   * Remembers that a token was used, where the decision advises it: raise the instants of `advice` in the record by
   * maximum, if its revision is still this one. Called after the response, once for many requests, and never awaited
   * by a check. What it throws is dropped, and the next request advises it again. By default the store's own `touch`.
   */
  readonly touch?: TouchHook<Context>
  /** Keeps the platform awake for work after the response, where `check` is not told: as `ctx.waitUntil` in a worker. */
  readonly waitUntil?: (work: Promise<unknown>, context: Context) => void
  /** The tenant that this request is for, from where the client cannot write, such as the host name. */
  readonly tenant?: string | ((request: GateRequest, context: Context) => string | null | undefined)
  /** The application that asks, likewise. */
  readonly application?: string | ((request: GateRequest, context: Context) => string | null | undefined)
  /**
   * Where the platform tells the client's address: a field that it writes itself and that no client can, such as
   * `"cf-connecting-ip"` on Cloudflare, or a function. By default the address of the connection, see `trustedProxies`.
   */
  readonly clientIp?: string | ((request: GateRequest, context: Context) => string | null | undefined)
  /** How many proxies of your own stand in front and write `X-Forwarded-For`. By default none, and it is not read. */
  readonly trustedProxies?: number
  /** What challenges call the protected space, in the place of the policy's `realm`. Needs the policy's document. */
  readonly realm?: string
  /** The clock, in milliseconds; by default the platform's. For a decision it is read after the store. */
  readonly now?: () => number
  /** `false` lets everything through and says in `wouldDeny` what it would have denied. By default `true`. */
  readonly enforce?: boolean
  /** Sees every decision before it is returned, for logs and counters. What it throws is dropped. */
  readonly observe?: (decision: Decision, request: GateRequest, context: Context) => void
  /** Milliseconds after which a read from the store has failed; by default 5,000. */
  readonly timeout?: number
}

/** The bounds of what a gate keeps. */
export interface CacheOptions {
  /** How many records, and how many owners' rights; each counts once for every 2 KiB. By default 4,096. */
  readonly entries?: number
  /** For how many milliseconds it is kept that there is no such token: at most, and by default, 10,000. */
  readonly negative?: number
}

/** What watching is told besides the request. */
export interface RecheckOptions extends CheckOptions {
  /** Ends the watching, such as when the connection closed. */
  readonly signal?: AbortSignal
}

/** How long it is kept at most that there is no such token: a new one must not wait longer. */
const NEGATIVE = 10_000

const ENTRIES = 4096

/** For how long what is kept, as the options say. */
export function cacheLimits(cache: boolean | CacheOptions, maxStaleness: number): CacheLimits {
  if (typeof cache !== 'boolean' && (typeof cache !== 'object' || cache === null)) {
    throw wrongType('cache', 'true, false or its bounds', cache)
  }
  const { entries = ENTRIES, negative = NEGATIVE } = ownProperties(typeof cache === 'boolean' ? {} : cache) as CacheOptions
  if (!Number.isInteger(entries) || entries < 1) throw new TypeError('cache.entries must be a count above 0')
  if (!(typeof negative === 'number' && negative >= 0 && negative <= NEGATIVE)) {
    throw new TypeError(`cache.negative must be milliseconds up to ${NEGATIVE}`)
  }
  if (cache === false) return { found: 0, absent: 0, entries }
  return { found: maxStaleness, absent: Math.min(negative, maxStaleness), entries }
}

/** The policy, from whatever form it was given in, under this realm if there is one. */
export function policyOf(policy: Policy | object | string, realm: string | undefined): Policy {
  if (realm === undefined) return policy instanceof Policy ? policy : new Policy(policy)
  if (typeof realm !== 'string') throw wrongType('realm', 'a string', realm)
  if (policy instanceof Policy) throw new TypeError("policy must be the policy's document where a realm is given")
  if (typeof policy !== 'string' && !isCompiled(policy)) return new Policy({ ...policy, realm })
  // Opened as it stands first: what it says twice would be said once afterwards, and what was altered would be new.
  const text = jsonText(policy, 'the policy')
  new Policy(text)[dispose]()
  return new Policy({ ...policyIn(parse(text) as object), realm })
}

/** How records are found, whatever form that was given in. */
export function sourceOf<Context>(tokens: GateOptions<Context>['tokens']): (id: TokenId, context: Context) => Read<Token | object | string> {
  if (typeof tokens === 'function') return tokens
  if (typeof tokens !== 'object' || tokens === null || typeof tokens.get !== 'function') {
    throw wrongType('tokens', 'a function or a store with get', tokens)
  }
  return (id, context) => tokens.get(id, context)
}

/** How uses are remembered, where nothing was said: as the store does, if it does. */
export function touchOf<Context>(tokens: GateOptions<Context>['tokens']): TouchHook<Context> | undefined {
  if (typeof tokens === 'function' || typeof tokens.touch !== 'function') return undefined
  return (id, revision, advice, context) => tokens.touch?.(id, revision, advice, context)
}

/** What keeps the platform awake, where the context itself does: a worker's `ctx` was handed in. */
export function waitUntilOf(context: unknown): ((work: Promise<unknown>) => void) | undefined {
  if (typeof context !== 'object' || context === null) return undefined
  const awake = context as { waitUntil?: unknown }
  if (typeof awake.waitUntil !== 'function') return undefined
  return (work) => {
    ;(awake as { waitUntil(work: Promise<unknown>): void }).waitUntil(work)
  }
}
