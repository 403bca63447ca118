import type { Attempt } from './attempt.js'
import type { Allowed, Decision, Denied } from './decision.js'
import { DeniedError, wrongType } from './errors.js'
import { FIRST } from './instant.js'
import { Lookup, type Read } from './lookup.js'
import { because, unenforced } from './outcome.js'
import { type Facts, Policy } from './policy.js'
import type { Reason } from './reasons.js'
import { addressIn, fieldIn, type GateRequest, targetIn } from './request.js'
import type { Subject, SubjectDocument } from './subject.js'
import type { Token } from './token.js'

/** What a gate is made of. `Context` is whatever you hand to `check`, such as a worker's `env`. */
export interface GateOptions<Context = unknown> {
  /** The policy, or its document. */
  readonly policy: Policy | object | string
  /**
   * Finds the record with this id in your store: JSON text, an object, or an opened token; `null` or `undefined` when
   * there is none. If it throws, rejects or takes too long, the answer is the denial `store_unavailable`. It is not
   * asked for what was never a token of this policy.
   */
  readonly tokens: (id: string, context: Context) => Read<Token | object | string>
  /**
   * Finds the owner's present rights, for kinds that ask for them; `null` or `undefined` when the owner is gone. Asked
   * only after the secret was proven.
   */
  readonly subject?: (owner: string, context: Context) => Read<Subject | SubjectDocument | string>
  /** The tenant that this request is for, from where the client cannot write, such as the host name. */
  readonly tenant?: string | ((request: GateRequest, context: Context) => string | null | undefined)
  /** The application that asks, likewise. */
  readonly application?: string | ((request: GateRequest, context: Context) => string | null | undefined)
  /** The client's address, where the platform knows it better than `trustedProxies` can say. */
  readonly clientIp?: (request: GateRequest, context: Context) => string | null | undefined
  /** How many proxies of your own stand in front and write `X-Forwarded-For`. By default none, and it is not read. */
  readonly trustedProxies?: number
  /** The clock, in milliseconds; by default the platform's. Read once for each request, after the store. */
  readonly now?: () => number
  /** `false` lets everything through and says in `wouldDeny` what it would have denied. By default `true`. */
  readonly enforce?: boolean
  /** Milliseconds after which a read from the store has failed; by default 5,000. */
  readonly timeout?: number
}

/** What a check is told besides the request. */
export interface CheckOptions {
  /** Ask for these scopes in the place of the request's route: `"license:read"`. */
  readonly needs?: string
}

/** The context, which may be left out where the options do not use one. */
type Rest<Context> = unknown extends Context
  ? [context?: Context, options?: CheckOptions]
  : [context: Context, options?: CheckOptions]

/** Reasons that a subject may change: the owner's status stands before them in the order of checks. */
const BEFORE_SUBJECT: ReadonlySet<Reason | null> = new Set<Reason>([
  'not_yet_valid',
  'expired',
  'idle',
  'route_unmapped',
  'wrong_kind',
  'subject_unavailable',
])

/**
 * Stands before an application: takes a request, finds the record, decides.
 *
 * It never answers by itself, keeps no session and caches no decision: every request is decided anew, secret included.
 * Whatever fails on the way is a denial. It reads the request's method, target and credentials, never its body.
 */
export class Gate<Context = unknown> {
  /** The policy that decides. */
  readonly policy: Policy
  readonly #options: GateOptions<Context>
  readonly #lookup: Lookup
  readonly #header: string | null
  /** The kinds whose tokens are bounded by their owners. */
  readonly #bounded: ReadonlySet<string | null>

  /** @throws PolicyError when the policy document breaks its rules. */
  constructor(options: GateOptions<Context>) {
    const { policy, tokens, trustedProxies = 0, timeout = 5000 } = options
    if (typeof tokens !== 'function') throw wrongType('tokens', 'a function', tokens)
    if (!Number.isInteger(trustedProxies) || trustedProxies < 0) {
      throw new TypeError('trustedProxies must be a count')
    }
    if (!(timeout > 0 && timeout <= 2 ** 31 - 1)) throw new TypeError('timeout must be milliseconds above 0')
    this.policy = policy instanceof Policy ? policy : new Policy(policy)
    this.#options = { ...options, trustedProxies, timeout }
    this.#lookup = new Lookup(this.policy, timeout)
    this.#header = this.policy.headerName
    this.#bounded = new Set(this.policy.kinds.filter((kind) => kind.subject).map((kind) => kind.name))
  }

  /**
   * May this request pass? Resolves to a denial, and does not reject, when the store or a function of the options
   * fails.
   */
  async check(request: GateRequest, ...[context, { needs } = {}]: Rest<Context>): Promise<Decision> {
    if (typeof request !== 'object' || request === null) throw wrongType('request', 'a request', request)
    const decision = await this.#decide(request, context as Context, needs)
    return decision.allow || this.#options.enforce !== false ? decision : unenforced(decision)
  }

  /** The same, for those who would rather catch: a denial is thrown as {@link DeniedError}. */
  async authorize(request: GateRequest, ...rest: Rest<Context>): Promise<Allowed> {
    const decision = await this.check(request, ...rest)
    if (!decision.allow) throw new DeniedError(decision)
    return decision
  }

  async #decide(request: GateRequest, context: Context, needs: string | undefined): Promise<Decision> {
    const plain = this.#attempt(request, needs)
    let attempt: Attempt
    let found: string | Decision
    try {
      attempt = this.#placed(plain, request, context)
      found = this.policy.identify(attempt)
    } catch (cause) {
      return this.#unavailable(plain, cause)
    }
    if (typeof found !== 'string') return found
    const id = found
    let token: Token | null
    try {
      token = await this.#lookup.token(id, () => this.#options.tokens(id, context))
    } catch (cause) {
      return this.#unavailable(attempt, cause)
    }
    try {
      const decision = this.policy.decide(attempt, { token, now: this.#now() })
      const ask = this.#options.subject
      if (ask === undefined || token === null || !BEFORE_SUBJECT.has(decision.reason)) return decision
      return await this.#withSubject(attempt, token, decision as Denied, (owner) => ask(owner, context))
    } catch (cause) {
      return this.#unavailable(attempt, cause)
    }
  }

  async #withSubject(
    attempt: Attempt,
    token: Token,
    without: Denied,
    ask: (owner: string) => Read<Subject | SubjectDocument | string>,
  ): Promise<Decision> {
    const { owner, kind } = without.details
    if (owner === null || !this.#bounded.has(kind)) return without
    let subject: Subject
    try {
      subject = await this.#lookup.subject(owner, () => ask(owner))
    } catch (cause) {
      return because(without, cause)
    }
    return this.policy.decide(attempt, { token, subject, now: this.#now() })
  }

  #attempt(request: GateRequest, needs: string | undefined): Attempt {
    const authorization = fieldIn(request, 'authorization')
    const header = this.#header === null ? undefined : fieldIn(request, this.#header)
    if (needs !== undefined) return { authorization, header, needs }
    return { method: request.method, target: targetIn(request), authorization, header }
  }

  /** The attempt, with where it comes from and what it is for. */
  #placed(attempt: Attempt, request: GateRequest, context: Context): Attempt {
    const { tenant, application, clientIp, trustedProxies = 0 } = this.#options
    return {
      ...attempt,
      tenant: typeof tenant === 'function' ? tenant(request, context) : tenant,
      application: typeof application === 'function' ? application(request, context) : application,
      ip: clientIp === undefined ? addressIn(request, trustedProxies) : clientIp(request, context),
    }
  }

  #unavailable(attempt: Attempt, cause: unknown): Decision {
    return because(this.policy.decide(attempt, { token: 'unavailable', now: FIRST }), cause)
  }

  #now(): Facts['now'] {
    return this.#options.now?.()
  }
}
