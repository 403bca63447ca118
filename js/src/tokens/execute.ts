import { type Problem, RefusedError, StoreError } from '../base/errors.js'
import { instantOf } from '../base/instant.js'
import { TIMED_OUT, withTimeout } from '../base/timeout.js'
import type { TokenId } from '../base/token-id.js'
import type { RefusalCode } from '../generated/refusals.js'
import { apply, preview, target } from '../policy/lifecycle.js'
import type { Policy } from '../policy/policy.js'
import type { Change, CommitOutcome, Notice, RecordWrite } from '../store/change.js'
import type { TokenRecord } from '../store/record.js'
import type { Store } from '../store/store.js'
import type { CommandInput } from './command-input.js'
import type { Actor } from './command-types.js'

const { hasOwn } = Object
const { stringify } = JSON

const REVOKED_MEANWHILE: RefusalText = {
  code: 'conflict',
  field: null,
  message: 'Somebody else revoked the token at the same moment; look at it, and give the command again if you still mean it.',
}

const CONFLICT = 'The token was changed at the same moment, again and again; try again.'

/** How often a command is worked out anew because others wrote in between. */
const TRIES = 3

/** Refusals after which nobody is told whether the command took effect before: it might be somebody else's. */
const SILENT: ReadonlySet<RefusalCode> = new Set<RefusalCode>(['not_allowed', 'wrong_secret', 'reuse_detected'])

/** What the trail calls each command that somebody gives. */
const EVENTS: ReadonlyMap<string, string> = new Map([
  ['create', 'created'],
  ['edit', 'edited'],
  ['extend', 'extended'],
  ['lock', 'locked'],
  ['unlock', 'unlocked'],
  ['revoke', 'revoked'],
  ['regenerate', 'regenerated'],
  ['rotate', 'rotated'],
  ['renew', 'renewed'],
  ['redeemRenewal', 'renewalRedeemed'],
  ['delete', 'deleted'],
])

/** What `apply` says that a store does not write. */
export interface PlannedChange extends Change {
  readonly plaintext: string | null
  readonly warnings: readonly Problem[]
  readonly status: { readonly before: string | null; readonly after: string | null }
}

/** Why a command is refused. */
export interface RefusalText {
  readonly code: RefusalCode
  readonly field: string | null
  readonly message: string
}

/** The same, with what somebody should hear about. */
export interface Refusal extends RefusalText {
  readonly notices: readonly Notice[]
}

interface ApplyOutcome {
  readonly change: PlannedChange | null
  readonly refusal: Refusal | null
  readonly repeated: boolean
}

/** What became of a command. */
export interface ExecutedCommand {
  /** The token that it spoke of; `null` when there never was one. */
  readonly token: TokenId | null
  /** `null` when the command is repeated. */
  readonly change: PlannedChange | null
}

/** The parts that a command is given with. */
export interface ExecutorParts {
  readonly policy: Policy
  readonly store: Store
  readonly auditKey: Uint8Array | undefined
  readonly now: (() => number) | undefined
  readonly timeout: number
}

/**
 * Gives commands: reads, lets the rules work the change out, commits, and does so again when others wrote in between.
 *
 * No rule is decided here.
 */
export class Executor {
  readonly #parts: ExecutorParts

  get policy(): Policy {
    return this.#parts.policy
  }

  get store(): Store {
    return this.#parts.store
  }

  get auditKey(): Uint8Array | undefined {
    return this.#parts.auditKey
  }

  constructor(parts: ExecutorParts) {
    this.#parts = parts
  }

  /** Gives a command. Throws `RefusedError` when the rules or the store refuse it. */
  async execute(input: CommandInput): Promise<ExecutedCommand> {
    const actor = await this.known(input.actor, input.id)
    const token = input.token ?? target(this.#parts.policy, { command: input.document, actor })
    let first: TokenRecord | null | undefined
    for (let tried = 0; tried < TRIES; tried += 1) {
      const record = token === null ? null : await this.ask(() => this.#parts.store.get(token), input.id)
      if (first === undefined) first = record
      const step = await this.step(input, actor, record, first)
      if (step === 'conflict') continue
      if (step !== 'repeated') {
        if (accepted(step)) return { token, change: step }
        if (!(await this.#before(input, actor, token, record, step.code))) throw new RefusedError(step)
      }
      await this.#assertSame(input, token)
      return { token, change: null }
    }
    throw new RefusedError({ code: 'conflict', field: null, message: CONFLICT })
  }

  /**
   * Works a command out on this very record, and commits what it comes to; or says why not. `first` is the record that
   * it was first worked out on.
   */
  async step(input: CommandInput, actor: Actor | null, record: TokenRecord | null, first = record): Promise<PlannedChange | RefusalText | 'repeated' | 'conflict'> {
    const { change, refusal, repeated } = this.#apply(record, input, actor)
    if (repeated) return 'repeated'
    if (refusal === null && bringsBack(input, first, record)) return REVOKED_MEANWHILE
    const toWrite = change ?? aside(refusal?.notices ?? [])
    const committed = toWrite === null ? null : await this.#commit(toWrite, refusal, record, input.id)
    if (committed?.outcome === 'repeated' || committed?.outcome === 'conflict') return committed.outcome
    const said = committed?.outcome === 'refused' ? inWords(committed, input) : (refusal ?? change)
    if (said === null) throw new StoreError('The module gave neither a change nor a refusal', { command: input.id })
    return said
  }

  /** What a command would come to. Nothing is written and no secret is made. */
  async preview(input: CommandInput): Promise<ApplyOutcome & { readonly token: TokenId | null }> {
    const { policy, store, auditKey } = this.#parts
    const actor = await this.known(input.actor, null)
    const token = input.token ?? target(policy, { command: input.document, actor })
    const record = token === null ? null : await this.ask(() => store.get(token), null)
    const now = this.now()
    return { ...(preview(policy, { record, command: input.document, actor }, { now, auditKey }) as ApplyOutcome), token }
  }

  /** Asks the store. `command` is the id of what may have taken effect when it fails. */
  async ask<T>(question: () => Promise<T>, command: string | null): Promise<T> {
    const { timeout } = this.#parts
    let answer: T | typeof TIMED_OUT
    try {
      answer = await withTimeout(question(), timeout)
    } catch (cause) {
      const [message, under] = cause instanceof StoreError ? [cause.message, cause.cause] : ['The store failed', cause]
      throw new StoreError(message, { cause: under, command })
    }
    if (answer !== TIMED_OUT) return answer
    throw new StoreError(`The store did not answer within ${timeout} ms`, { command })
  }

  /** The instant of what is done now. */
  now(): number {
    return instantOf(this.#parts.now?.())
  }

  #apply(record: TokenRecord | null, { document }: CommandInput, actor: object | null): ApplyOutcome {
    const { policy, auditKey } = this.#parts
    // The clock is read after the store, and anew for each try.
    return apply(policy, { record: record ?? null, command: document, actor }, { now: this.now(), auditKey }) as ApplyOutcome
  }

  async #commit(change: Change, refusal: Refusal | null, record: TokenRecord | null, command: string): Promise<CommitOutcome> {
    const { writes, tombstone, guards, claims, releases, events, notices } = change
    const seen = (write: RecordWrite) => write.was === 0 ? write : { ...write, seen: record?.lastUsedAt ?? null }
    // Without the plaintext: it is for the caller alone.
    const written: Change = {
      writes: writes.map(seen),
      tombstone,
      guards,
      claims,
      releases,
      events,
      notices: refusal === null || notices === refusal.notices ? notices : [...notices, ...refusal.notices],
    }
    const committed = await this.ask(() => this.#parts.store.commit(written), command)
    if (OUTCOMES.has(committed?.outcome)) return committed
    throw new StoreError('The store returned no valid outcome', { command })
  }

  /** Whether a refused command took effect before, which is then the answer. */
  async #before(input: CommandInput, actor: Actor | null, token: TokenId | null, record: TokenRecord | null, code: RefusalCode): Promise<boolean> {
    const { store } = this.#parts
    if (!input.named || token === null || SILENT.has(code)) return false
    if (code === 'unknown') {
      // What belongs to another tenant is unknown, and so is what was deleted there.
      const tombstone = record === null ? await this.ask(() => store.tombstone(token), input.id) : null
      const own = (tombstone?.tenant ?? null) === (actor?.tenant ?? null) || actor?.roles?.includes('system') === true
      if (tombstone === null || !own) return false
    }
    return (await this.ask(() => store.event(token, input.id), input.id)) !== null
  }

  /** What took effect under this id must be this command, by this actor: ids can be guessed, and taken beforehand. */
  async #assertSame({ id, document, actor }: CommandInput, token: TokenId | null): Promise<void> {
    const event = token === null ? null : await this.ask(() => this.#parts.store.event(token, id), id)
    const same = event !== null && event.event === EVENTS.get((document as { command: string }).command)
    if (same && (actor === null ? event.actor.token === token : event.actor.id === actor.id)) return
    throw new RefusedError({ code: 'bad_field', field: '/id', message: 'This id belongs to another command; choose another id.' })
  }

  /** The actor, with the record of the token that it came with. */
  async known(actor: Actor | null, command: string | null): Promise<Actor | null> {
    const id = actor?.token
    if (actor === null || typeof id !== 'string') return actor
    const record = await this.ask(() => this.#parts.store.get(id), command)
    if (record !== null) return { ...actor, token: record }
    throw new RefusedError({ code: 'not_allowed', field: null, message: 'The token that you authenticated with is gone; use another.' })
  }
}

const OUTCOMES: ReadonlySet<unknown> = new Set<CommitOutcome['outcome']>(['committed', 'conflict', 'repeated', 'refused'])

/** Whether a command took effect. */
export function accepted(step: PlannedChange | RefusalText): step is PlannedChange {
  return hasOwn(step, 'writes')
}

/**
 * Whether a command that lost a race would bring back a token that somebody else revoked in between. To regenerate a
 * revoked token is right for who saw the revocation; a revocation wins every race with who did not.
 */
function bringsBack({ document }: CommandInput, first: TokenRecord | null, record: TokenRecord | null): boolean {
  const revoked = (token: TokenRecord | null) => stringify(token?.revoked ?? null)
  return (document as { command: string }).command === 'regenerate' && revoked(first) !== revoked(record)
}

/** A change of notices alone, if there are any. */
function aside(notices: readonly Notice[]): Change | null {
  if (notices.length === 0) return null
  return { writes: [], tombstone: null, guards: [], claims: [], releases: [], events: [], notices }
}

/** What the store refuses, as a person is told. */
function inWords(refused: CommitOutcome & { outcome: 'refused' }, { document }: CommandInput): RefusalText {
  if (refused.code === 'limit_reached') {
    const message = 'There are as many active tokens as there may be; revoke one that is not needed.'
    return { code: 'limit_reached', field: null, message }
  }
  const [, , [field] = []] = JSON.parse(refused.claim.claim) as [unknown, unknown, string[]?]
  return {
    code: 'not_unique',
    field: field === undefined ? null : `${hasOwn(document, 'set') ? '/set' : ''}/${field}`,
    message: 'Another token has this already; choose another.',
  }
}
