import type { Attempt } from './attempt.js'
import type { Decision } from './decision.js'
import { call, failed, instance } from './engine.js'
import { PolicyError, PortcullisError, type Problem, wrongType } from './errors.js'
import { MODULE_FAILED } from './failure.js'
import { optional, restOf, write } from './frame.js'
import { FIRST, instantOf } from './instant.js'
import { Minted } from './minted.js'
import { because, decisionOf, handleIn, NONE, UNAVAILABLE } from './outcome.js'
import { plainly } from './own.js'
import { textOf } from './plain.js'
import { handleOf, open, Opened } from './slot.js'
import { Subject, type SubjectDocument } from './subject.js'
import { Token } from './token.js'

/** The bits of a verdict that name the reason; 0 is allow. */
const REASON = 0xff

/** In the place of a reason: a handle or a frame that the module does not know. */
const MISUSE = 0xff

/** In the verdict of `identify`: allowed already, because the route is open. */
const OPEN = 0x400

/** What a decision rests on besides the request. */
export interface Facts {
  /** The opened record; `null` when the store has none with this id; `'unavailable'` when it could not be asked. */
  readonly token: Token | null | 'unavailable'
  /** The owner's present rights, for kinds that ask for them. */
  readonly subject?: Subject | null | undefined
  /** The instant of the decision, in milliseconds or as a `Date`; by default the clock of the platform. */
  readonly now?: number | Date | undefined
}

/** One route, with what it needs. */
export interface RouteDescription {
  /** As `"GET /v3/licenses/{id}"`. */
  readonly on: string
  readonly requirement: 'needs' | 'authenticated' | 'open'
  /** Any of these lists, all of its scopes. */
  readonly needs: readonly (readonly string[])[]
  /** Scopes that it does not need, but whose presence is told. */
  readonly optional: readonly string[]
  /** The kinds of token that it takes; `null` for all. */
  readonly kinds: readonly string[] | null
}

/** One kind of token. */
export interface KindDescription {
  readonly name: string
  /** The first one mints, all of them are read. */
  readonly prefixes: readonly string[]
  /** Whether the owner's present rights bound the token. */
  readonly subject: boolean
  readonly defaultGrants: readonly string[]
}

interface Description {
  readonly name: string
  readonly fingerprint: string
  readonly header: string | null
  readonly lints: readonly Problem[]
  readonly routes: readonly RouteDescription[]
  readonly permissions: readonly string[]
  readonly kinds: readonly KindDescription[]
}

/**
 * A policy, opened once and asked many times.
 *
 * Everything here is synchronous and changes nothing: it reads no store and sends no request. For a whole
 * request, with the look-up in between, see `Gate`.
 */
export class Policy extends Opened {
  #description: Description | undefined

  /**
   * Opens a policy document, given as JSON text or as a plain object, which is read once and not kept.
   *
   * @throws PolicyError with every problem found, each with its place in the document.
   */
  constructor(document: object | string) {
    const text = textOf(document, 'the policy')
    super(() => open((door) => door.openPolicy(text), (problems) => new PolicyError(problems)))
  }

  /** The name that the policy gives itself. */
  get name(): string {
    return this.#describe().name
  }

  /** Equal for policies that decide alike, on every host. */
  get fingerprint(): string {
    return this.#describe().fingerprint
  }

  /** What is allowed but likely not meant, such as a scope that no route needs. */
  get lints(): readonly Problem[] {
    return this.#describe().lints
  }

  /** Every route, `crud` expanded. */
  get routes(): readonly RouteDescription[] {
    return this.#describe().routes
  }

  /** Every permission, as `"license:read"`. */
  get permissions(): readonly string[] {
    return this.#describe().permissions
  }

  /** Every kind of token. */
  get kinds(): readonly KindDescription[] {
    return this.#describe().kinds
  }

  /** The header field that the policy names as a transport, in lower case, if it names one. */
  get headerName(): string | null {
    return this.#describe().header?.toLowerCase() ?? null
  }

  /** Opens a token record under this policy, given as JSON text or as a plain object. It never fails on a bad record. */
  open(record: object | string): Token {
    return new Token(this, record)
  }

  /**
   * Opens an owner's present rights under this policy.
   *
   * @throws SubjectError with every problem found.
   */
  subject(document: SubjectDocument | string): Subject {
    return new Subject(this, document)
  }

  /** The id of the record to look up; or a decision at once, when none is needed. */
  identify(given: Attempt): string | Decision {
    const attempt = plainly(given)
    const method = optional('attempt.method', attempt.method)
    const target = optional('attempt.target', attempt.target)
    const authorization = optional('attempt.authorization', attempt.authorization)
    const rest = restOf(attempt)
    try {
      const policy = handleOf(this)
      const running = instance()
      write(running, method, target, authorization, rest)
      const verdict = known(running.exports.identify(policy))
      if ((verdict & (REASON | OPEN)) === 0) return identified(policy)
      return decisionOf(verdict & ~OPEN, this, method, target, authorization, rest, NONE, NONE, FIRST)
    } catch (error) {
      const denied = decisionOf(MODULE_FAILED, this, method, target, authorization, rest, NONE, NONE, FIRST)
      return because(denied, failed(error))
    }
  }

  /**
   * May this request pass, now? One call into the module; it changes nothing and remembers nothing.
   *
   * When the module fails, the answer is the denial `module_failed`, and the next call gets a fresh instance.
   */
  decide(given: Attempt, basis: Facts): Decision {
    const attempt = plainly(given)
    const facts = plainly(basis)
    const method = optional('attempt.method', attempt.method)
    const target = optional('attempt.target', attempt.target)
    const authorization = optional('attempt.authorization', attempt.authorization)
    const rest = restOf(attempt)
    const token = this.#token(facts.token)
    const subject = this.#subject(facts.subject)
    const now = instantOf(facts.now)
    try {
      const policy = handleOf(this)
      const tokenHandle = handleIn(token)
      const subjectHandle = handleIn(subject)
      const running = instance()
      write(running, method, target, authorization, rest)
      const verdict = known(running.exports.decide(policy, tokenHandle, subjectHandle, now))
      return decisionOf(verdict, this, method, target, authorization, rest, token, subject, now)
    } catch (error) {
      const denied = decisionOf(MODULE_FAILED, this, method, target, authorization, rest, token, subject, now)
      return because(denied, failed(error))
    }
  }

  /**
   * Every rule that was looked at, in order, as a person would search for the cause. For people: its form may
   * change between versions.
   */
  explain(given: Attempt, basis: Facts): object {
    const attempt = plainly(given)
    const facts = plainly(basis)
    const method = optional('attempt.method', attempt.method)
    const target = optional('attempt.target', attempt.target)
    const authorization = optional('attempt.authorization', attempt.authorization)
    const rest = restOf(attempt)
    const token = this.#token(facts.token)
    const subject = this.#subject(facts.subject)
    const now = instantOf(facts.now)
    return call((door) => {
      const [policy, tokenHandle, subjectHandle] = [handleOf(this), handleIn(token), handleIn(subject)]
      write(instance(), method, target, authorization, rest)
      return door.explain(policy, tokenHandle, subjectHandle, now) as object
    })
  }

  /**
   * A new plaintext of this kind, with the id and digest to store. Entropy comes from the platform. It stores
   * nothing, and the plaintext cannot be made again.
   */
  mint(kind: string): Minted {
    if (typeof kind !== 'string') throw wrongType('kind', 'a string', kind)
    try {
      return new Minted(call((door) => door.mint(handleOf(this), kind)))
    } catch (thrown) {
      if (!Array.isArray(thrown)) throw thrown
      const [problem] = thrown as Problem[]
      throw new PortcullisError('mint_failed', `No token could be made: ${problem?.message ?? 'no reason given'}`)
    }
  }

  #describe(): Description {
    this.#description ??= call((door) => door.describe(handleOf(this)) as Description)
    return this.#description
  }

  #token(token: unknown): Token | number {
    if (token instanceof Token) return this.#mine(token)
    if (token === null) return NONE
    if (token === 'unavailable') return UNAVAILABLE
    throw wrongType('token', "an opened token, null or 'unavailable'", token)
  }

  #subject(subject: unknown): Subject | number {
    if (subject === undefined || subject === null) return NONE
    if (subject instanceof Subject) return this.#mine(subject)
    throw wrongType('subject', 'an opened subject', subject)
  }

  #mine<T extends Token | Subject>(opened: T): T {
    if (opened.policy === this) return opened
    throw new PortcullisError('other_policy', 'The token or subject was opened under another policy')
  }
}

function identified(policy: number): string {
  const id = call((door) => door.identifiedId(policy))
  if (id === undefined) throw new Error('the module names no id')
  return id
}

/** The verdict without its sign, unless it says that the module lost its own handles. */
function known(verdict: number): number {
  if ((verdict & REASON) === MISUSE) throw new Error('the module does not know its own handles')
  return verdict >>> 0
}
