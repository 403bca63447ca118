import { PortcullisError } from '../base/errors.js'
import { REASON, TOUCH } from '../generated/abi.js'
import { type Reason, reasons, statuses } from '../generated/reasons.js'
import { call, instance } from '../module/engine.js'
import { write } from '../module/frame.js'
import { handleOf, type OpenedDocument } from '../module/handle.js'
import type { Frame } from '../module/instance.js'
import type { Allowed, Decision, Denied, NodeResponse } from './decision.js'
import { type DenialResponse, type Details, type Level, levelNumber, type PublicDetails } from './details.js'
import { assertSame, forwardWith, identityOf } from './identity.js'
import { MODULE_FAILED, moduleFailedResponse, moduleFailedText } from './module-failed.js'
import { responseOf, sendTo } from './response.js'

const { parse } = JSON

/** The module's handle of an opened document, or the constant that stands for it. */
export function handleNumber(given: OpenedDocument | number): number {
  return typeof given === 'number' ? given : handleOf(given)
}

const causes = new WeakMap<object, unknown>()

/**
 * A verdict and the input that it was made from. Details are computed when they are first read, by evaluating the same
 * input again.
 */
class LazyDecision {
  readonly #verdict: number
  readonly #policy: OpenedDocument
  readonly #frame: Frame
  readonly #token: OpenedDocument | number
  readonly #subject: OpenedDocument | number
  readonly #now: number
  #details: Details | undefined

  constructor(
    verdict: number,
    policy: OpenedDocument,
    frame: Frame,
    token: OpenedDocument | number,
    subject: OpenedDocument | number,
    now: number,
  ) {
    this.#verdict = verdict
    this.#policy = policy
    this.#frame = frame
    this.#token = token
    this.#subject = subject
    this.#now = now
  }

  get allow(): boolean {
    return (this.#verdict & REASON) === 0
  }

  get verdict(): number {
    return this.#verdict
  }

  get reason(): Reason | null {
    return reasons[(this.#verdict & REASON) - 1] ?? null
  }

  get status(): number {
    return this.reason === null ? 200 : statuses[this.reason]
  }

  get touchAdvised(): boolean {
    return (this.#verdict & TOUCH) !== 0
  }

  get wouldDeny(): null {
    return null
  }

  get cause(): unknown {
    return causes.get(this)
  }

  get details(): Details {
    this.#details ??= parse(this.text('operator')) as Details
    return this.#details
  }

  get answer(): DenialResponse | null {
    return this.allow ? null : this.#answer()
  }

  text(level: Level): string {
    const number = levelNumber(level)
    if ((this.#verdict & REASON) === MODULE_FAILED) return moduleFailedText(level)
    return call((door) => {
      const policy = handleOf(this.#policy)
      const token = handleNumber(this.#token)
      const subject = handleNumber(this.#subject)
      write(instance(), this.#frame)
      const text = door.detailsText(policy, token, subject, this.#now, number)
      if (text === undefined) throw new Error('the module does not know a handle that it gave')
      return text
    })
  }

  toJSON(): PublicDetails {
    return parse(this.text('public')) as PublicDetails
  }

  identity(): Record<string, string> {
    if (!this.allow) throw otherAnswer('identity()', 'an allowed')
    return identityOf(this.details)
  }

  forward(request: Request): Request {
    const identity = this.identity()
    assertSame(request, this.#frame.method, this.#frame.target)
    return forwardWith(request, identity)
  }

  response(): Response {
    if (this.allow) throw otherAnswer('response()', 'a denied')
    return responseOf(this.#answer())
  }

  send(to: NodeResponse): void {
    if (this.allow) throw otherAnswer('send()', 'a denied')
    sendTo(to, this.#answer())
  }

  [Symbol.toPrimitive](): never {
    throw new TypeError('A decision is not a boolean: read decision.allow')
  }

  /** A denial always has a response, even if the module fails while composing it. */
  #answer(): DenialResponse {
    try {
      const answer = this.details.answer ?? moduleFailedResponse
      const suffix = suffixes.get(this)
      if (suffix === undefined || answer.wwwAuthenticate === null) return answer
      return { ...answer, wwwAuthenticate: answer.wwwAuthenticate + suffix }
    } catch {
      return moduleFailedResponse
    }
  }
}

/** A decision with this verdict, made from this input. */
export function decisionOf(...input: ConstructorParameters<typeof LazyDecision>): Decision {
  return new LazyDecision(...input) as Decision
}

/** The text to append to the challenge of a denial. */
const suffixes = new WeakMap<object, string>()

/** Adds parameters to the challenge of a denial. */
export function withChallenge(decision: Decision, suffix: string): Decision {
  if (suffix !== '' && !decision.allow) suffixes.set(decision, suffix)
  return decision
}

/** Attaches the error that led to a denial. */
export function withCause(decision: Decision, cause: unknown): Decision {
  causes.set(decision, cause)
  return decision
}

/** An allowed decision for a denial that the gate does not enforce. It carries no identity. */
export function unenforced(denied: Denied): Allowed {
  return new Unenforced(denied)
}

class Unenforced implements Allowed {
  readonly allow = true
  readonly reason = null
  readonly status = 200
  readonly wouldDeny: Denied

  constructor(denied: Denied) {
    this.wouldDeny = denied
  }

  get verdict(): number {
    return this.wouldDeny.verdict
  }

  get touchAdvised(): boolean {
    return false
  }

  get details(): Details {
    return this.wouldDeny.details
  }

  text(level: Level): string {
    return this.wouldDeny.text(level)
  }

  toJSON(): PublicDetails {
    return this.wouldDeny.toJSON()
  }

  identity(): Record<string, string> {
    return {}
  }

  forward(request: Request): Request {
    return forwardWith(request, {})
  }

  [Symbol.toPrimitive](): never {
    throw new TypeError('A decision is not a boolean: read decision.allow')
  }
}

function otherAnswer(method: string, wanted: string): PortcullisError {
  return new PortcullisError('other_answer', `${method} is for ${wanted} request: test decision.allow first`)
}
