import { type Attempt, frameOf } from '../policy/attempt.js'
import type { Allowed, Decision, Denied } from '../decision/decision.js'
import { DeniedError } from '../decision/denied-error.js'
import { wrongType } from '../base/errors.js'
import { type GateOptions, cacheLimits, policyOf, sourceOf, touchOf, waitUntilOf, type RecheckOptions } from './options.js'
import type { Frame } from '../module/instance.js'
import { EARLIEST } from '../base/instant.js'
import { Lookup } from './lookup.js'
import { withCause, unenforced } from '../decision/lazy-decision.js'
import { ownProperties } from '../base/own-properties.js'
import { decideIn, identifyIn, type Policy } from '../policy/policy.js'
import { changingWithOwner } from '../generated/reasons.js'
import { addressIn, attemptOf, type CheckOptions, expectRequest, fieldIn, type GateRequest } from './request.js'
import { earliest, limitToValidity, type GateDecision } from './gate-decision.js'
import type { LookupResult, Read } from './record-cache.js'
import type { Subject, SubjectDocument } from '../policy/subject.js'
import { milliseconds } from '../base/timeout.js'
import type { TokenId } from '../base/token-id.js'
import type { Token } from '../policy/token.js'
import { type AfterResponseOptions, TouchWriter } from './touch-writer.js'
import { watch } from './recheck.js'

/** The context, which may be left out where the options do not use one. */
export type CheckArguments<Context, Options = CheckOptions> = unknown extends Context
  ? [context?: Context, options?: Options]
  : [context: Context, options?: Options]

/** What a gate is told to look up anew. */
export interface ForgetTarget {
  /** The id of a token whose record changed. */
  readonly token?: TokenId
  /** An owner whose rights changed. */
  readonly owner?: string
  /** The tenant of both, if they have one. */
  readonly tenant?: string | null
}

const NOTHING: RecheckOptions = ownProperties({})

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
  readonly #tokens: (id: TokenId, context: Context) => Read<Token | object | string>
  readonly #maxStaleness: number
  readonly #lookup: Lookup
  readonly #touches: TouchWriter<Context> | undefined
  readonly #header: string | null
  /** The kinds whose tokens are bounded by their owners. */
  readonly #bounded: ReadonlySet<string | null>

  /** @throws PolicyError when the policy document breaks its rules. */
  constructor(options: GateOptions<Context>) {
    this.#options = ownProperties(options)
    const { policy, tokens, trustedProxies = 0, timeout = 5000, maxStaleness = 60_000, cache = false, realm } = this.#options
    const { clientIp, touch } = this.#options
    if (!Number.isInteger(trustedProxies) || trustedProxies < 0) throw new TypeError('trustedProxies must be a count')
    if (touch !== undefined && typeof touch !== 'function') throw wrongType('touch', 'a function', touch)
    if (typeof clientIp === 'string' && trustedProxies > 0) {
      throw new TypeError('clientIp and trustedProxies are two words for one thing: name one of them')
    }
    this.#tokens = sourceOf(tokens)
    this.#maxStaleness = milliseconds('maxStaleness', maxStaleness)
    this.policy = policyOf(policy, realm)
    this.#lookup = new Lookup(this.policy, cacheLimits(cache, maxStaleness), milliseconds('timeout', timeout))
    const touched = touch ?? touchOf(tokens)
    this.#touches = touched === undefined ? undefined : new TouchWriter(touched)
    this.#header = this.policy.headerName
    this.#bounded = new Set(this.policy.kinds.filter((kind) => kind.subject).map((kind) => kind.name))
  }

  /**
   * May this request pass? Resolves to a denial, and does not reject, when the store or a function of the options
   * fails.
   */
  async check(request: GateRequest, ...rest: CheckArguments<Context>): Promise<Decision> {
    const context = rest[0] as Context
    const options: CheckOptions = rest[1] === undefined ? NOTHING : ownProperties(rest[1])
    const ruled = this.#rule(expectRequest(request), context, options)
    const { decision, token } = ruled instanceof Promise ? await ruled : ruled
    if (decision.allow && token !== null) this.#touches?.schedule(decision, token, context, this.#later(context, options))
    const answer = decision.allow || this.#options.enforce !== false ? decision : unenforced(decision)
    try {
      this.#options.observe?.(answer, request, context)
    } catch {
      // A log that fails changes no answer.
    }
    return answer
  }

  /** The same, for those who would rather catch: a denial is thrown as {@link DeniedError}. */
  async authorize(request: GateRequest, ...rest: CheckArguments<Context>): Promise<Allowed> {
    const decision = await this.check(request, ...rest)
    if (!decision.allow) throw new DeniedError(decision)
    return decision
  }

  /**
   * For responses that last, such as event streams and WebSockets: checks the request again whenever the record it
   * rests on gets older than `maxStaleness`, and when time alone would end it. Resolves to the denial as soon as the
   * request may no longer pass, also because the store fails; or to `null` once `signal` is aborted. It closes nothing
   * by itself, touches nothing, and with `enforce: false` it does not find an end.
   */
  watch(request: GateRequest, ...rest: CheckArguments<Context, RecheckOptions>): Promise<Denied | null> {
    const options: RecheckOptions = rest[1] === undefined ? NOTHING : ownProperties(rest[1])
    const rule = () => this.#rule(expectRequest(request), rest[0] as Context, options)
    return watch(rule, this.#clock, this.#maxStaleness, this.#options.enforce !== false, options.signal)
  }

  /**
   * Something is known to have changed in the store: the next check asks it again. It reaches this gate alone, not
   * those of other processes, which learn of the change within `maxStaleness`.
   */
  forget({ token, owner, tenant }: ForgetTarget): void {
    if (token !== undefined) this.#lookup.forgetToken(token, tenant)
    if (owner !== undefined) this.#lookup.forgetSubject(owner, tenant)
  }

  /** @internal The answer where something failed before the check could be asked for: the denial `store_unavailable`. */
  unavailable(request: GateRequest, options: CheckOptions, cause: unknown): Decision {
    return this.#unavailable(frameOf(attemptOf(request, this.#header, options)), cause).decision
  }

  #rule(request: GateRequest, context: Context, options: CheckOptions): GateDecision | Promise<GateDecision> {
    const plain = attemptOf(request, this.#header, options)
    let frame: Frame
    let found: TokenId | Decision
    try {
      frame = this.#placed(plain, request, context)
      found = identifyIn(this.policy, frame)
    } catch (cause) {
      return this.#unavailable(frameOf(plain), cause)
    }
    if (typeof found !== 'string') return { decision: found, token: null, at: null }
    const id = found
    try {
      const reading = this.#lookup.token(id, frame.rest?.tenant, this.#clock, () => this.#tokens(id, context))
      return reading instanceof Promise ? this.#ruleLater(frame, reading, context) : this.#ruleOn(frame, reading, context)
    } catch (cause) {
      return this.#unavailable(frame, cause)
    }
  }

  async #ruleLater(frame: Frame, reading: Promise<LookupResult<Token>>, context: Context): Promise<GateDecision> {
    try {
      return await this.#ruleOn(frame, await reading, context)
    } catch (cause) {
      return this.#unavailable(frame, cause)
    }
  }

  #ruleOn(frame: Frame, { opened: token, at, kept }: LookupResult<Token>, context: Context): GateDecision | Promise<GateDecision> {
    const decision = decideIn(this.policy, frame, token, undefined, this.#options.now?.())
    if (kept !== null) limitToValidity(kept, decision)
    const ask = this.#options.subject
    if (ask === undefined || token === null || !changingWithOwner.has(decision.reason)) return { decision, token, at }
    return this.#withSubject(frame, { decision, token, at }, token, (owner) => ask(owner, context))
  }

  async #withSubject(
    frame: Frame,
    without: GateDecision,
    token: Token,
    ask: (owner: string) => Read<Subject | SubjectDocument | string>,
  ): Promise<GateDecision> {
    const { owner, kind } = without.decision.details
    if (owner === null || !this.#bounded.has(kind)) return without
    let found: LookupResult<Subject> & { readonly opened: Subject }
    try {
      found = await this.#lookup.subject(owner, frame.rest?.tenant, this.#clock, () => ask(owner))
    } catch (cause) {
      return { ...without, decision: withCause(without.decision, cause) }
    }
    const decision = decideIn(this.policy, frame, token, found.opened, this.#options.now?.())
    return { decision, token, at: earliest(without.at, found.at) }
  }

  /** The attempt, with where it comes from and what it is for. */
  #placed(attempt: Attempt, request: GateRequest, context: Context): Frame {
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
        typeof clientIp === 'function'
          ? clientIp(request, context)
          : clientIp === undefined
            ? addressIn(request, trustedProxies)
            : fieldIn(request, clientIp.toLowerCase()),
    })
  }

  #later(context: Context, { waitUntil, after }: AfterResponseOptions): AfterResponseOptions {
    const { waitUntil: keep } = this.#options
    const awake = waitUntil ?? (keep === undefined ? waitUntilOf(context) : (work) => {
      keep(work, context)
    })
    return { ...(awake === undefined ? {} : { waitUntil: awake }), ...(after === undefined ? {} : { after }) }
  }

  readonly #clock = (): number => this.#options.now?.() ?? Date.now()

  #unavailable(frame: Frame, cause: unknown): GateDecision {
    const decision = withCause(decideIn(this.policy, frame, 'unavailable', undefined, EARLIEST), cause)
    return { decision, token: null, at: null }
  }
}
