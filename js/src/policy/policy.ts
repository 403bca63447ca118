import { PolicyError, PortcullisError, type Problem, wrongType } from '../base/errors.js'
import { EARLIEST, instantOf } from '../base/instant.js'
import { jsonText } from '../base/json-text.js'
import { expectObject } from '../base/own-properties.js'
import type { TokenId } from '../base/token-id.js'
import type { Decision } from '../decision/decision.js'
import { decisionOf, handleNumber, withCause } from '../decision/lazy-decision.js'
import { MODULE_FAILED } from '../decision/module-failed.js'
import { MISUSE, NONE, OPEN, REASON, STORE_UNAVAILABLE, TOKEN_ID_LENGTH } from '../generated/abi.js'
import { call, failed, instance, replaceLarge } from '../module/engine.js'
import { write } from '../module/frame.js'
import { handleOf, open, OpenedDocument } from '../module/handle.js'
import type { Frame } from '../module/instance.js'
import { type Attempt, frameOf } from './attempt.js'
import { Minted } from './minted.js'
import { Subject, type SubjectDocument } from './subject.js'
import { Token } from './token.js'

/** Shift an answer of `identify` right by this for the place of the id in the window; 0 if it is not told. */
const PLACE = 11

/** What a decision depends on besides the request. */
export interface DecideInput {
  /** The opened record; `null` if the store has none with this id; `'unavailable'` if the store failed. */
  readonly token: Token | null | 'unavailable'
  /** The owner's current rights, for kinds with a subject. */
  readonly subject?: Subject | null | undefined
  /** The time of the decision, in milliseconds or as a `Date`. Default: the platform's clock. */
  readonly now?: number | Date | undefined
}

/** A route of the policy, with what it requires. */
export interface RouteDescription {
  /** As `"GET /v3/licenses/{id}"`. */
  readonly on: string
  readonly requirement: 'needs' | 'authenticated' | 'open'
  /** At least one of these lists is required, with all of its scopes. */
  readonly needs: readonly (readonly string[])[]
  /** Scopes that are not required; a decision reports which of them the token holds. */
  readonly optional: readonly string[]
  /** The kinds of token that the route accepts; `null` for all. */
  readonly kinds: readonly string[] | null
}

/** A kind of token of the policy. */
export interface KindDescription {
  readonly name: string
  /** New tokens get the first; all are accepted. */
  readonly prefixes: readonly string[]
  /** Whether the owner's current rights bound the token. */
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

/** @internal `identify` for a frame. */
export let identifyIn: (policy: Policy, frame: Frame) => TokenId | Decision

/** @internal `decide` for a frame. If it is the one given to `identifyIn`, it is not copied to the module again. */
export let decideIn: (
  policy: Policy,
  frame: Frame,
  token: DecideInput['token'],
  subject: DecideInput['subject'],
  now: DecideInput['now'],
) => Decision

/**
 * A policy, opened once and asked many times.
 *
 * All methods are synchronous and change nothing; they read no store and send nothing. `Gate` decides whole requests,
 * with the look-up of records.
 */
export class Policy extends OpenedDocument {
  #description: Description | undefined

  static {
    identifyIn = (policy, frame) => policy.#identify(frame)
    decideIn = (policy, frame, token, subject, now) => policy.#decide(frame, token, subject, now)
  }

  /**
   * Opens a policy document, given as JSON text or as a plain object, which is read once and not kept. A compiled
   * policy must be unchanged.
   *
   * @throws PolicyError with every problem, each with its place in the document.
   */
  constructor(document: object | string) {
    const text = jsonText(document, 'the policy')
    super('policy', text.length, () => open((door) => door.openPolicy(text), (problems) => new PolicyError(problems)))
  }

  get name(): string {
    return this.#describe().name
  }

  /** Equal for policies that decide alike, on every host. */
  get fingerprint(): string {
    return this.#describe().fingerprint
  }

  /** What is valid but probably not intended, such as a permission that no route needs. */
  get lints(): readonly Problem[] {
    return this.#describe().lints
  }

  /** Every route, with `crud` expanded. */
  get routes(): readonly RouteDescription[] {
    return this.#describe().routes
  }

  /** Every permission, such as `"license:read"`. */
  get permissions(): readonly string[] {
    return this.#describe().permissions
  }

  get kinds(): readonly KindDescription[] {
    return this.#describe().kinds
  }

  /** The header that the policy names as a transport, in lower case, for `websocket` that of subprotocols; `null` if it names none. */
  get headerName(): string | null {
    return this.#describe().header?.toLowerCase() ?? null
  }

  /**
   * Opens a token record under this policy, given as JSON text or as a plain object. A damaged record opens too, and is
   * denied.
   */
  open(record: object | string): Token {
    return new Token(this, record)
  }

  /**
   * Opens an owner's current rights under this policy.
   *
   * @throws SubjectError with every problem.
   */
  subject(document: SubjectDocument | string): Subject {
    return new Subject(this, document)
  }

  /** The id of the record to look up, or a decision if none is needed. */
  identify(given: Attempt): TokenId | Decision {
    return this.#identify(frameOf(expectObject('attempt', given)))
  }

  /**
   * Decides whether a request may pass. It is one call into the module and keeps no state.
   *
   * If the module fails, the decision is the denial `module_failed`, and the next call gets a fresh instance.
   */
  decide(given: Attempt, basis: DecideInput): Decision {
    const { token, subject, now } = expectObject('facts', basis)
    return this.#decide(frameOf(expectObject('attempt', given)), token, subject, now)
  }

  /**
   * Every check that was made, in order, to find out why a request is allowed or denied. For people: the format may
   * change between versions.
   */
  explain(given: Attempt, basis: DecideInput): object {
    const frame = frameOf(expectObject('attempt', given))
    const facts = expectObject('facts', basis)
    const token = this.#token(facts.token)
    const subject = this.#subject(facts.subject)
    const now = instantOf(facts.now)
    return call((door) => {
      const [policy, tokenHandle, subjectHandle] = [handleOf(this), handleNumber(token), handleNumber(subject)]
      write(instance(), frame)
      return door.explain(policy, tokenHandle, subjectHandle, now) as object
    })
  }

  /**
   * Mints a plaintext of this kind, with the id and digest to store. The platform supplies the randomness. Nothing is
   * stored, and the plaintext cannot be made again.
   */
  mint(kind: string): Minted {
    if (typeof kind !== 'string') throw wrongType('kind', 'a string', kind)
    try {
      return new Minted(call((door) => door.mint(handleOf(this), kind)))
    } catch (thrown) {
      if (!Array.isArray(thrown)) throw thrown
      const [problem] = thrown as Problem[]
      throw new PortcullisError('mint_failed', `No token could be minted: ${problem?.message ?? 'no reason given'}`)
    }
  }

  #identify(frame: Frame): TokenId | Decision {
    try {
      replaceLarge()
      const policy = handleOf(this)
      const running = instance()
      write(running, frame)
      const verdict = known(running.exports.identify(policy))
      if ((verdict & (REASON | OPEN)) === 0) return identified(policy, running.text, verdict >>> PLACE)
      return decisionOf(verdict & ~OPEN, this, frame, NONE, NONE, EARLIEST)
    } catch (error) {
      return withCause(decisionOf(MODULE_FAILED, this, frame, NONE, NONE, EARLIEST), failed(error))
    }
  }

  #decide(frame: Frame, found: DecideInput['token'], owner: DecideInput['subject'], instant: DecideInput['now']): Decision {
    const token = this.#token(found)
    const subject = this.#subject(owner)
    const now = instantOf(instant)
    try {
      replaceLarge()
      const policy = handleOf(this)
      const tokenHandle = handleNumber(token)
      const subjectHandle = handleNumber(subject)
      const running = instance()
      write(running, frame)
      const verdict = known(running.exports.decide(policy, tokenHandle, subjectHandle, now))
      return decisionOf(verdict, this, frame, token, subject, now)
    } catch (error) {
      return withCause(decisionOf(MODULE_FAILED, this, frame, token, subject, now), failed(error))
    }
  }

  #describe(): Description {
    this.#description ??= call((door) => door.describe(handleOf(this)) as Description)
    return this.#description
  }

  #token(token: unknown): Token | number {
    if (token instanceof Token) return this.#mine(token)
    if (token === null) return NONE
    if (token === 'unavailable') return STORE_UNAVAILABLE
    throw wrongType('token', "an opened token, null or 'unavailable'", token)
  }

  #subject(subject: unknown): Subject | number {
    if (subject === undefined || subject === null) return NONE
    if (subject instanceof Subject) return this.#mine(subject)
    throw wrongType('subject', 'an opened subject', subject)
  }

  #mine<T extends Token | Subject>(opened: T): T {
    if (opened.policy === this) return opened
    throw new PortcullisError('other_policy', 'The token or subject was opened under another policy: open it with this one')
  }
}

/** The id, cut from the text in the window, or asked for if that is not ASCII. */
function identified(policy: number, text: string, place: number): TokenId {
  // Copied, because a slice would keep the whole text, secret included, in memory.
  if (place > 0 && place + TOKEN_ID_LENGTH <= text.length) return ` ${text.slice(place, place + TOKEN_ID_LENGTH)}`.slice(1) as TokenId
  const id = call((door) => door.identifiedId(policy))
  if (id === undefined) throw new Error('the module returned no id')
  return id as TokenId
}

/** The verdict as an unsigned number; throws if the module does not know a handle. */
function known(verdict: number): number {
  if ((verdict & REASON) === MISUSE) throw new Error('the module does not know a handle that it gave')
  return verdict >>> 0
}
