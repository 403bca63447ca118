import { RefusedError, StoreError } from '../base/errors.js'
import { instantOf } from '../base/instant.js'
import { jsonText } from '../base/json-text.js'
import { ownProperties } from '../base/own-properties.js'
import { TIMED_OUT, withTimeout } from '../base/timeout.js'
import type { TokenId } from '../base/token-id.js'
import {
  apply,
  type CommandOutcome,
  type CommandRefusal,
  type PlannedChange,
  preview,
  type StoreReport,
  target,
} from '../policy/lifecycle.js'
import type { Policy } from '../policy/policy.js'
import type { Change, CommitOutcome, RecordWrite } from '../store/change.js'
import type { TokenRecord } from '../store/record.js'
import type { Store } from '../store/store.js'
import type { CommandInput } from './command-input.js'
import type { Actor } from './command-types.js'

const { parse } = JSON
const { hasOwn } = Object

/** How often a command is tried when other writers get in first. */
const TRIES = 3

/** A command that is ready to be applied; `text`, `actor` and `presented` are JSON. */
export interface ReadyCommand {
  readonly id: string
  /** Whether the caller named the command, so that it may be repeated. */
  readonly named: boolean
  readonly text: string
  readonly actor: string
  readonly presented?: string | null
  /** The token that the command is about; `null` if there is none. */
  readonly token: TokenId | null
  /** The token that a new one is to replace; the module asks for its record. */
  readonly replaces?: TokenId | null
}

/** A command that took effect, now or before. */
export interface ExecutedCommand {
  readonly token: TokenId | null
  /** `null` if the command is repeated. */
  readonly change: PlannedChange | null
}

/** What an executor works with. */
export interface ExecutorOptions {
  readonly policy: Policy
  readonly store: Store
  readonly auditKey: Uint8Array | undefined
  readonly now: (() => number) | undefined
  readonly timeout: number
}

/**
 * Executes commands: reads the record, has the module work out the change, commits it, and starts again if another
 * writer got in first. It decides nothing: what the store says goes back to the module.
 */
export class Executor {
  readonly policy: Policy
  readonly store: Store
  readonly auditKey: Uint8Array | undefined
  readonly #now: (() => number) | undefined
  readonly #timeout: number

  constructor({ policy, store, auditKey, now, timeout }: ExecutorOptions) {
    this.policy = policy
    this.store = store
    this.auditKey = auditKey
    this.#now = now
    this.#timeout = timeout
  }

  /** Executes a command. Throws a `RefusedError` if the policy or the store refuses it. */
  async execute(input: CommandInput): Promise<ExecutedCommand> {
    let command = await this.#ready(input, input.id)
    let first: StoreReport | undefined
    let record: TokenRecord | null = null
    for (let tried = 0; tried < TRIES; tried += 1) {
      if (tried > 0) command = await this.#ready({ ...input, actor: withTokenId(input.actor) }, input.id)
      record = await this.#record(command, command.id)
      const step = await this.step(command, record, await this.#withReplaced(command, first))
      first ??= { firstRead: record }
      if (step === 'conflict') continue
      if (step === 'repeated') return { token: command.token, change: null }
      if (isChange(step)) return { token: command.token, change: step }
      throw new RefusedError(step)
    }
    throw new RefusedError(this.#refused(command, record, { code: 'conflict' }))
  }

  /** Applies a command to exactly this record and commits the change. */
  async step(command: ReadyCommand, record: TokenRecord | null, report?: StoreReport): Promise<PlannedChange | CommandRefusal | 'repeated' | 'conflict'> {
    const first = this.#apply(command, record, report)
    const mayBeKnown = first.repeated || (first.refusal !== null && command.named)
    const { change, refusal, repeated } = mayBeKnown ? await this.#applyWithEvent(command, record, report) : first
    if (repeated) return 'repeated'
    const result = refusal ?? change
    if (result === null) throw new StoreError('The module gave neither a change nor a refusal', { command: command.id })
    if (change === null && refusal?.notices.length === 0) return refusal
    const committed = await this.#commit(change, refusal, record, command.id)
    switch (committed.outcome) {
      case 'committed':
        return result
      case 'conflict':
        return 'conflict'
      case 'repeated': {
        const known = await this.#applyWithEvent(command, record, report)
        return known.repeated ? 'repeated' : known.refusal ?? 'conflict'
      }
      case 'refused':
        return this.#refused(command, record, committed.code === 'not_unique' ? { code: committed.code, claim: committed.claim.claim } : { code: committed.code })
    }
  }

  /** What a command would do. Nothing is written and no secret is made. */
  async preview(input: CommandInput): Promise<CommandOutcome & { readonly token: TokenId | null }> {
    const command = await this.#ready(input, null)
    const request = requestText(command, await this.#record(command, null), await this.#withReplaced(command, undefined))
    const { auditKey, policy } = this
    return { ...preview(policy, request, { now: this.now(), auditKey }), token: command.token }
  }

  /** Calls the store. If it fails, the command with this id may have taken effect. */
  async callStore<T>(call: () => Promise<T>, command: string | null): Promise<T> {
    let answer: T | typeof TIMED_OUT
    try {
      answer = await withTimeout(call(), this.#timeout)
    } catch (cause) {
      const [message, under] = cause instanceof StoreError ? [cause.message, cause.cause] : ['The store failed', cause]
      throw new StoreError(message, { cause: under, command })
    }
    if (answer !== TIMED_OUT) return answer
    throw new StoreError(`The store did not answer within ${this.#timeout} ms`, { command })
  }

  now(): number {
    return instantOf(this.#now?.())
  }

  /** The actor with the record of the token that it authenticated with. */
  async withToken(actor: Actor | null, command: string | null): Promise<Actor | null> {
    const id = actor?.token
    if (actor === null || typeof id !== 'string') return actor
    const record = await this.callStore(() => this.store.get(id), command)
    if (record !== null) return { ...actor, token: record }
    throw new RefusedError({ code: 'not_allowed', field: null, message: 'The token that you authenticated with is gone; use another.' })
  }

  async #ready({ id, named, text, actor: by, presented, token }: CommandInput, command: string | null): Promise<ReadyCommand> {
    const known = await this.withToken(by, command)
    const actor = known === null ? 'null' : jsonText(known, 'by')
    const { replaces } = ownProperties(parse(text) as { readonly replaces?: unknown })
    return {
      id,
      named,
      text,
      actor,
      presented,
      token: token ?? target(this.policy, `{"command":${text},"actor":${actor}}`),
      replaces: typeof replaces === 'string' ? (replaces as TokenId) : null,
    }
  }

  /** The report with the record of the token that a new one is to replace. */
  async #withReplaced({ id, replaces }: ReadyCommand, report: StoreReport | undefined): Promise<StoreReport | undefined> {
    return replaces ? { ...report, replaces: await this.callStore(() => this.store.get(replaces), id) } : report
  }

  async #record({ token }: ReadyCommand, command: string | null): Promise<TokenRecord | null> {
    return token === null ? null : ((await this.callStore(() => this.store.get(token), command)) ?? null)
  }

  #apply(command: ReadyCommand, record: TokenRecord | null, report: StoreReport | undefined): CommandOutcome {
    const { auditKey, policy } = this
    // The clock is read after the store, and again for each try.
    return apply(policy, requestText(command, record, report), { now: this.now(), auditKey })
  }

  /** Applies a command with the event that the store has of it, so that a repetition is recognised. */
  async #applyWithEvent(command: ReadyCommand, record: TokenRecord | null, report: StoreReport | undefined): Promise<CommandOutcome> {
    const { id, token } = command
    if (token === null) return this.#apply(command, record, report)
    const event = await this.callStore(() => this.store.event(token, id), id)
    const tombstone = record === null ? await this.callStore(() => this.store.tombstone(token), id) : null
    return this.#apply(command, record, { ...report, event, tombstone })
  }

  /** The refusal of a change that the store did not write. */
  #refused(command: ReadyCommand, record: TokenRecord | null, refused: NonNullable<StoreReport['refused']>): CommandRefusal {
    const { refusal } = this.#apply(command, record, { refused })
    if (refusal !== null) return refusal
    throw new StoreError('The module gave no refusal', { command: command.id })
  }

  async #commit(change: PlannedChange | null, refusal: CommandRefusal | null, record: TokenRecord | null, command: string): Promise<CommitOutcome> {
    const seen = (write: RecordWrite) => write.was === 0 ? write : { ...write, seen: record?.lastUsedAt ?? null }
    // Field by field: the plaintext stays out.
    const written: Change = {
      writes: change?.writes.map(seen) ?? [],
      reads: change?.reads ?? [],
      tombstone: change?.tombstone ?? null,
      guards: change?.guards ?? [],
      claims: change?.claims ?? [],
      releases: change?.releases ?? [],
      events: change?.events ?? [],
      notices: [...(change?.notices ?? []), ...(refusal?.notices ?? [])],
    }
    const committed = await this.callStore(() => this.store.commit(written), command)
    if (OUTCOMES.has(committed?.outcome)) return committed
    throw new StoreError('The store returned no valid outcome', { command })
  }
}

const OUTCOMES: ReadonlySet<unknown> = new Set<CommitOutcome['outcome']>(['committed', 'conflict', 'repeated', 'refused'])

/** The actor with the id of its token in the place of the record, which may have changed. */
function withTokenId(actor: Actor | null): Actor | null {
  const token = actor?.token
  return actor !== null && typeof token === 'object' && token !== null ? { ...actor, token: token.id } : actor
}

/** Whether the command took effect. */
export function isChange(step: PlannedChange | CommandRefusal): step is PlannedChange {
  return hasOwn(step, 'writes')
}

function requestText({ text, actor, presented = null }: ReadyCommand, record: TokenRecord | null, report: StoreReport | undefined): string {
  const stored = record === null ? 'null' : jsonText(record, 'the record')
  return `{"record":${stored},"command":${text},"actor":${actor},"presented":${presented}${report === undefined ? '' : `,"store":${jsonText(report, 'the report')}`}}`
}
