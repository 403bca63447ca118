import { wrongType } from '../base/errors.js'
import { EARLIEST } from '../base/instant.js'
import { wholeNumber } from '../base/options.js'
import { ownProperties } from '../base/own-properties.js'
import { milliseconds } from '../base/timeout.js'
import type { TokenId } from '../base/token-id.js'
import { challengeSuffix } from '../decision/challenge.js'
import type { Allowed, Decision, Denied } from '../decision/decision.js'
import { DeniedError } from '../decision/denied-error.js'
import { unenforced, withCause, withChallenge } from '../decision/lazy-decision.js'
import { changingWithOwner } from '../generated/reasons.js'
import type { Frame } from '../module/instance.js'
import { type Attempt, frameOf } from '../policy/attempt.js'
import { decideIn, identifyIn, type Policy } from '../policy/policy.js'
import type { Subject } from '../policy/subject.js'
import type { Token } from '../policy/token.js'
import { earliest, type GateDecision, limitToValidity } from './gate-decision.js'
import { Lookup } from './lookup.js'
import {
  cacheLimits,
  type GateOptions,
  policyOf,
  type RecheckOptions,
  sourceOf,
  type StoredSubject,
  type StoredToken,
  touchOf,
  waitUntilOf,
} from './options.js'
import { recheck } from './recheck.js'
import type { LookupResult, MaybePromise } from './record-cache.js'
import { addressIn, attemptOf, bareAddress, type CheckOptions, expectRequest, fieldIn, type GateRequest } from './request.js'
import { type AfterResponseOptions, TouchWriter } from './touch-writer.js'

/** The context, optional if the options do not use one, and the options. */
export type CheckArguments<Context, Options = CheckOptions> = unknown extends Context
  ? [context?: Context, options?: Options]
  : [context: Context, options?: Options]

/** What `gate.forget` drops from the cache. */
export interface ForgetTarget {
  /** A token whose record changed. */
  readonly token?: TokenId
  /** An owner whose rights changed. */
  readonly owner?: string
  /** The tenant of the token and the owner, if they have one. */
  readonly tenant?: string | null
}

const NO_OPTIONS: RecheckOptions = ownProperties({})

/** A method that no policy has: theirs are in capitals. */
const UNMAPPED = 'unmapped'

/**
 * Guards an application: takes a request, finds the token's record and decides.
 *
 * It does not respond by itself, keeps no sessions and never caches decisions: every request is decided anew, secret
 * included. Any failure is a denial. It reads the method, target and credentials of a request, never its body.
 */
export class Gate<Context = unknown> {
  /** The policy of this gate. */
  readonly policy: Policy
  readonly #options: GateOptions<Context>
  readonly #tokens: (id: TokenId, context: Context) => MaybePromise<StoredToken>
  readonly #maxStaleness: number
  readonly #lookup: Lookup
  readonly #touches: TouchWriter<Context> | undefined
  readonly #header: string | null
  readonly #challenge: string
  /** The kinds of token that are bounded by their owner's rights. */
  readonly #kindsWithSubject: ReadonlySet<string | null>

  /** @throws PolicyError when the policy document is invalid. */
  constructor(options: GateOptions<Context>) {
    this.#options = ownProperties(options)
    const { policy, tokens, trustedProxies = 0, timeout = 5000, maxStaleness = 60_000, cache = false, realm } = this.#options
    const { clientIp, touch } = this.#options
    wholeNumber('trustedProxies', trustedProxies, 0)
    if (touch !== undefined && typeof touch !== 'function') throw wrongType('touch', 'a function', touch)
    if (typeof clientIp === 'string' && trustedProxies > 0) {
      throw new TypeError('clientIp and trustedProxies exclude each other: give one of them')
    }
    this.#tokens = sourceOf(tokens)
    this.#maxStaleness = milliseconds('maxStaleness', maxStaleness)
    this.policy = policyOf(policy, realm)
    this.#lookup = new Lookup(this.policy, cacheLimits(cache, maxStaleness), milliseconds('timeout', timeout))
    const touched = touch ?? touchOf(tokens)
    this.#touches = touched === undefined ? undefined : new TouchWriter(touched)
    this.#header = this.policy.headerName
    this.#challenge = challengeSuffix(this.#options.challenge ?? {})
    this.#kindsWithSubject = new Set(this.policy.kinds.filter((kind) => kind.subject).map((kind) => kind.name))
  }

  /** Decides whether a request may pass. If the store or a function of the options fails, it resolves to a denial. */
  async check(request: GateRequest, ...rest: CheckArguments<Context>): Promise<Decision> {
    const context = rest[0] as Context
    const options: CheckOptions = rest[1] === undefined ? NO_OPTIONS : ownProperties(rest[1])
    const decided = this.#decide(expectRequest(request), context, options)
    const atFirst = decided instanceof Promise ? await decided : decided
    const { decision, token } = options.refuses === undefined ? atFirst : await this.#decideRoute(atFirst, request, context, options)
    if (decision.allow && token !== null) this.#touches?.schedule(decision, token, context, this.#afterResponse(context, options))
    if (!decision.allow) withChallenge(decision, options.challenge === undefined ? this.#challenge : challengeSuffix(options.challenge))
    const result = decision.allow || this.enforces ? decision : unenforced(decision)
    try {
      this.#options.observe?.(result, request, context)
    } catch {
      // An observer that fails changes no decision.
    }
    return result
  }

  /** Like `check`, but throws a denial as a {@link DeniedError}. */
  async authorize(request: GateRequest, ...rest: CheckArguments<Context>): Promise<Allowed> {
    const decision = await this.check(request, ...rest)
    if (!decision.allow) throw new DeniedError(decision)
    return decision
  }

  /**
   * For long responses, such as event streams and WebSockets: checks the request again whenever its record is older
   * than `maxStaleness`, and at the instant at which the token ends. Resolves to the denial as soon as the request may
   * no longer pass (also if the store fails), or to `null` once `signal` is aborted. It does not close the response,
   * does not touch the token, and with `enforce: false` it never resolves to a denial.
   */
  recheck(request: GateRequest, ...rest: CheckArguments<Context, RecheckOptions>): Promise<Denied | null> {
    const options: RecheckOptions = rest[1] === undefined ? NO_OPTIONS : ownProperties(rest[1])
    const decide = () => this.#decide(expectRequest(request), rest[0] as Context, options)
    return recheck(decide, this.#clock, this.#maxStaleness, this.enforces, options.signal)
  }

  /**
   * Drops what is cached of a token or an owner, so that the next check asks the store. It affects this gate alone;
   * gates in other processes learn of a change within `maxStaleness`.
   */
  forget({ token, owner, tenant }: ForgetTarget): void {
    if (token !== undefined) this.#lookup.forgetToken(token, tenant)
    if (owner !== undefined) this.#lookup.forgetSubject(owner, tenant)
  }

  /** @internal The denial `store_unavailable`, for a failure before the request could be checked. */
  unavailable(request: GateRequest, options: CheckOptions, cause: unknown): Decision {
    return this.#unavailable(frameOf(attemptOf(request, this.#header, options)), cause).decision
  }

  /** @internal Whether denied requests are denied. */
  get enforces(): boolean {
    return this.#options.enforce !== false
  }

  /** The decision, or the denial of a request for which the framework took another route. */
  async #decideRoute(decided: GateDecision, request: GateRequest, context: Context, options: CheckOptions): Promise<GateDecision> {
    const { refuses, ...rest } = options
    const cause = decided.decision.allow ? (refuses?.(decided.decision) ?? null) : null
    if (cause === null) return decided
    const refused = await this.#decide(request, context, { ...rest, ...(cause.code === 'unmapped_route' ? { method: UNMAPPED } : { target: '' }) })
    return { ...refused, decision: withCause(refused.decision, cause) }
  }

  #decide(request: GateRequest, context: Context, options: CheckOptions): GateDecision | Promise<GateDecision> {
    const attempt = attemptOf(request, this.#header, options)
    let frame: Frame
    let identified: TokenId | Decision
    try {
      frame = this.#fullFrame(attempt, request, context)
      identified = identifyIn(this.policy, frame)
    } catch (cause) {
      return this.#unavailable(frameOf(attempt), cause)
    }
    if (typeof identified !== 'string') return { decision: identified, token: null, readAt: null }
    const id = identified
    try {
      const found = this.#lookup.token(id, frame.rest?.tenant, credentialIn(frame), this.#clock, () => this.#tokens(id, context))
      return found instanceof Promise ? this.#decideLater(frame, found, context) : this.#decideOn(frame, found, context)
    } catch (cause) {
      return this.#unavailable(frame, cause)
    }
  }

  async #decideLater(frame: Frame, found: Promise<LookupResult<Token>>, context: Context): Promise<GateDecision> {
    try {
      return await this.#decideOn(frame, await found, context)
    } catch (cause) {
      return this.#unavailable(frame, cause)
    }
  }

  #decideOn(frame: Frame, { opened: token, readAt, entry }: LookupResult<Token>, context: Context): GateDecision | Promise<GateDecision> {
    const decision = decideIn(this.policy, frame, token, undefined, this.#options.now?.())
    if (entry !== null) limitToValidity(entry, decision)
    const { subject } = this.#options
    if (subject === undefined || token === null || !changingWithOwner.has(decision.reason)) return { decision, token, readAt }
    return this.#decideWithSubject(frame, { decision, token, readAt }, token, (owner) => subject(owner, context))
  }

  async #decideWithSubject(
    frame: Frame,
    without: GateDecision,
    token: Token,
    read: (owner: string) => MaybePromise<StoredSubject>,
  ): Promise<GateDecision> {
    const { owner, kind } = without.decision.details
    if (owner === null || !this.#kindsWithSubject.has(kind)) return without
    let found: LookupResult<Subject> & { readonly opened: Subject }
    try {
      found = await this.#lookup.subject(owner, frame.rest?.tenant, this.#clock, () => read(owner))
    } catch (cause) {
      return { ...without, decision: withCause(without.decision, cause) }
    }
    const decision = decideIn(this.policy, frame, token, found.opened, this.#options.now?.())
    return { decision, token, readAt: earliest(without.readAt, found.readAt) }
  }

  /** The attempt with tenant, application and address, which come from the options. */
  #fullFrame(attempt: Attempt, request: GateRequest, context: Context): Frame {
    const { tenant, application, clientIp, trustedProxies = 0 } = this.#options
    return frameOf({
      method: attempt.method,
      target: attempt.target,
      authorization: attempt.authorization,
      header: attempt.header,
      needs: attempt.needs,
      tenant: typeof tenant === 'function' ? tenant(request, context) : tenant,
      application: typeof application === 'function' ? application(request, context) : application,
      ip:
        clientIp === undefined
          ? addressIn(request, trustedProxies)
          : bareAddress(typeof clientIp === 'function' ? clientIp(request, context) : fieldIn(request, clientIp.toLowerCase())),
    })
  }

  #afterResponse(context: Context, { waitUntil, after }: AfterResponseOptions): AfterResponseOptions {
    const { waitUntil: ofGate } = this.#options
    const chosen = waitUntil ?? (ofGate === undefined ? waitUntilOf(context) : (work) => ofGate(work, context))
    return { ...(chosen === undefined ? {} : { waitUntil: chosen }), ...(after === undefined ? {} : { after }) }
  }

  readonly #clock = (): number => this.#options.now?.() ?? Date.now()

  #unavailable(frame: Frame, cause: unknown): GateDecision {
    const decision = withCause(decideIn(this.policy, frame, 'unavailable', undefined, EARLIEST), cause)
    return { decision, token: null, readAt: null }
  }
}

/** The text that holds the credential. A policy may look for it in the query, so the target counts if nothing else does. */
function credentialIn({ authorization, rest, target }: Frame): string {
  return authorization ?? rest?.header ?? target ?? ''
}
