import { wrongType } from '../base/errors.js'
import { jsonText } from '../base/json-text.js'
import { wholeNumber } from '../base/options.js'
import { ownProperties } from '../base/own-properties.js'
import type { TokenId } from '../base/token-id.js'
import type { ChallengeParameters } from '../decision/challenge.js'
import type { Decision } from '../decision/decision.js'
import { dispose } from '../module/handle.js'
import { isCompiled, policyIn } from '../policy/compiled.js'
import { Policy } from '../policy/policy.js'
import type { Subject, SubjectDocument } from '../policy/subject.js'
import type { Token } from '../policy/token.js'
import type { CacheLimits, MaybePromise } from './record-cache.js'
import type { CheckOptions, GateRequest } from './request.js'
import type { TouchHook } from './touch-writer.js'

const { parse } = JSON

/** What a look-up may return for a token id: the record as JSON text, an object or an opened token; or nothing. */
export type StoredToken = Token | object | string | null | undefined

/** What a look-up may return for an owner: the present rights as a document, JSON text or opened; or nothing. */
export type StoredSubject = Subject | SubjectDocument | string | null | undefined

/** A store, as far as a gate uses it. A `Map` and every store of this package fit. */
export interface TokenSource<Context = unknown> {
  /** Finds the record with this id; `null` or `undefined` if there is none. */
  get(id: TokenId, context: Context): MaybePromise<StoredToken>
  /** Records that a token was used: see {@link GateOptions.touch}. */
  readonly touch?: TouchHook<Context>
}

/** The options of a {@link Gate}. `Context` is the type of the second argument of `check`, such as a worker's `env`. */
export interface GateOptions<Context = unknown> {
  /** The policy or its document. */
  readonly policy: Policy | object | string
  /**
   * Finds the record with this id; `null` or `undefined` if there is none. A function, or anything with `get(id)`, such
   * as a store. If it throws, rejects or takes too long, the request is denied as `store_unavailable`. It is called
   * only for plaintexts that are well-formed tokens of this policy.
   *
   * Concurrent checks of the same id and tenant share one look-up. So if the context selects the store, it must select
   * the `tenant` as well.
   */
  readonly tokens: ((id: TokenId, context: Context) => MaybePromise<StoredToken>) | TokenSource<Context>
  /**
   * Finds the owner's current rights, for kinds that are bounded by them; `null` or `undefined` if the owner is gone.
   * Called only after the secret was proven.
   */
  readonly subject?: (owner: string, context: Context) => MaybePromise<StoredSubject>
  /**
   * Whether to cache records and owners' rights instead of asking the store for every request. Default: no, so a lock
   * or a revocation takes effect with the next request. If they are cached (`true`, or limits), it takes effect within
   * {@link maxStaleness}, plus the delay of the store that is read. Decisions are never cached. Cache keys are tenant
   * and id.
   */
  readonly cache?: boolean | CacheOptions
  /**
   * The largest age, in milliseconds, of a cached record or of cached rights; also how often `recheck` checks. Default:
   * 60,000. Older ones are not used, even if the store is down.
   */
  readonly maxStaleness?: number
  /**
   * Records that a token was used, when the decision advises it: raise the instants of `advice` in the record to at
   * least these, if its revision is still this one. Called after the response, once for many requests; `check` does not
   * wait for it. Errors are dropped, and the next request advises it again. Default: the store's own `touch`.
   */
  readonly touch?: TouchHook<Context>
  /**
   * Keeps the platform awake for work after the response, unless `check` is given its own `waitUntil`; like
   * `ctx.waitUntil` in a worker.
   */
  readonly waitUntil?: (work: Promise<unknown>, context: Context) => void
  /** The tenant of the request. Take it from where clients cannot write, such as the host name. */
  readonly tenant?: string | ((request: GateRequest, context: Context) => string | null | undefined)
  /** The application that sends the request. Take it from where clients cannot write. */
  readonly application?: string | ((request: GateRequest, context: Context) => string | null | undefined)
  /**
   * The client's address: the name of a header that the platform itself writes, such as `"cf-connecting-ip"` on
   * Cloudflare, or a function. A port and brackets are dropped. Default: the address of the connection; see
   * `trustedProxies`.
   */
  readonly clientIp?: string | ((request: GateRequest, context: Context) => string | null | undefined)
  /** How many proxies of your own append to `X-Forwarded-For`. Default: 0, and the header is not read. */
  readonly trustedProxies?: number
  /**
   * The name of the protected space in challenges, instead of the policy's `realm`. Requires a policy document, not an
   * opened policy.
   */
  readonly realm?: string
  /**
   * More parameters of the challenge in denials, such as `{ resource_metadata: 'https://...' }` for MCP servers
   * (RFC 9728). Not all denials have a challenge.
   */
  readonly challenge?: ChallengeParameters
  /** The clock, in milliseconds. Default: the platform's. It is read after the store. */
  readonly now?: () => number
  /** With `false` nothing is denied: `wouldDeny` says what would have been. Default: `true`. */
  readonly enforce?: boolean
  /** Receives every decision before it is returned, for logs and metrics. Errors are dropped. */
  readonly observe?: (decision: Decision, request: GateRequest, context: Context) => void
  /** Milliseconds until a read from the store counts as failed. Default: 5,000. */
  readonly timeout?: number
}

/** The limits of a gate's cache. */
export interface CacheOptions {
  /** The largest number of records, and of owners' rights; each counts once for every 2 KiB. Default: 4,096. */
  readonly entries?: number
  /** Milliseconds for which it is cached that a token does not exist. Default and maximum: 10,000. */
  readonly negative?: number
}

/** Options of a `recheck`. */
export interface RecheckOptions extends CheckOptions {
  /** Stops the checks, for example when the connection closes. */
  readonly signal?: AbortSignal
}

/** The longest time to cache that a token does not exist, so that a new token works soon. */
const NEGATIVE = 10_000

const ENTRIES = 4096

/** Checks the cache options, and turns them into limits. */
export function cacheLimits(cache: boolean | CacheOptions, maxStaleness: number): CacheLimits {
  if (typeof cache !== 'boolean' && (typeof cache !== 'object' || cache === null)) {
    throw wrongType('cache', 'true, false or its bounds', cache)
  }
  const { entries = ENTRIES, negative = NEGATIVE } = ownProperties(typeof cache === 'boolean' ? {} : cache) as CacheOptions
  wholeNumber('cache.entries', entries)
  if (!(typeof negative === 'number' && negative >= 0 && negative <= NEGATIVE)) {
    throw new TypeError(`cache.negative must be milliseconds, from 0 to ${NEGATIVE}`)
  }
  if (cache === false) return { found: 0, absent: 0, entries }
  return { found: maxStaleness, absent: Math.min(negative, maxStaleness), entries }
}

/** Opens the policy if necessary, with this realm if one is given. */
export function policyOf(policy: Policy | object | string, realm: string | undefined): Policy {
  if (realm === undefined) return policy instanceof Policy ? policy : new Policy(policy)
  if (typeof realm !== 'string') throw wrongType('realm', 'a string', realm)
  if (policy instanceof Policy) throw new TypeError("policy must be a document if a realm is given, not an opened policy")
  if (typeof policy !== 'string' && !isCompiled(policy)) return new Policy({ ...policy, realm })
  // First open the document unchanged: parsing and changing it would hide duplicate fields, or an altered compiled
  // policy.
  const text = jsonText(policy, 'the policy')
  new Policy(text)[dispose]()
  return new Policy({ ...policyIn(parse(text) as object), realm })
}

/** The look-up as a function. */
export function sourceOf<Context>(tokens: GateOptions<Context>['tokens']): (id: TokenId, context: Context) => MaybePromise<StoredToken> {
  if (typeof tokens === 'function') return tokens
  if (typeof tokens !== 'object' || tokens === null || typeof tokens.get !== 'function') {
    throw wrongType('tokens', 'a function or a store with get', tokens)
  }
  return (id, context) => tokens.get(id, context)
}

/** The store's own `touch`, for gates without a `touch` option. */
export function touchOf<Context>(tokens: GateOptions<Context>['tokens']): TouchHook<Context> | undefined {
  if (typeof tokens === 'function' || typeof tokens.touch !== 'function') return undefined
  return (id, revision, advice, context) => tokens.touch?.(id, revision, advice, context)
}

/** The `waitUntil` of a context that has one, such as a worker's `ctx`. */
export function waitUntilOf(context: unknown): ((work: Promise<unknown>) => void) | undefined {
  if (typeof context !== 'object' || context === null) return undefined
  const awake = context as { waitUntil?: unknown }
  if (typeof awake.waitUntil !== 'function') return undefined
  return (work) => {
    ;(awake as { waitUntil(work: Promise<unknown>): void }).waitUntil(work)
  }
}
