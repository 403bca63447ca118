import type { Notice } from '../store/change.js'
import type { CreateFields, EditFields, CommandOptions, HolderCommandOptions, PreviewCommand, RenewFields, RotateFields } from './command-types.js'
import { CommandResult, type DeletedToken, IssuedToken, RenewedToken } from './results.js'
import { RefusedError, wrongType } from '../base/errors.js'
import { type Letter, letters } from '../policy/letters.js'
import type { Reach } from '../policy/lifecycle.js'
import { commandInput, snapshot } from './command-input.js'
import { ownProperties } from '../base/own-properties.js'
import { keyOf } from '../module/query.js'
import { type ExecutedCommand, Executor } from './execute.js'
import { Policy } from '../policy/policy.js'
import { type CommandPreview, previewOf } from './preview.js'
import type { TokenRecord, TokenView } from '../store/record.js'
import { type ActorOptions, find, type OverviewPage, overviewOf, type OverviewQuery, reachOf, type AuditTrail, trailOf } from './queries.js'
import type { Store } from '../store/store.js'
import { isReadCopy, readCopy } from '../store/kv/read-copy.js'
import type { SubjectDocument } from '../policy/subject.js'
import { milliseconds } from '../base/timeout.js'
import type { TokenId } from '../base/token-id.js'
import { revokeWhere, type RevokeWhereResult, sweep, type SweepResult, type PageOptions, type TokenSelection } from './sweep.js'
import { viewOf } from './view.js'

/** What tokens are managed with. */
export interface TokensOptions {
  /** The policy, or its document. */
  readonly policy: Policy | object | string
  /** Where the records are. It must be able to compare and set. */
  readonly store: Store
  /** Seals the audit trail (HMAC-SHA-256), so that nobody without the key can write it anew: at least 16 bytes. */
  readonly auditKey?: Uint8Array
  /** The clock, in milliseconds; by default the platform's. */
  readonly now?: () => number
  /** Milliseconds after which a call of the store has failed; by default 5,000. */
  readonly timeout?: number
}

/** Proof that somebody holds a token. */
export interface PlaintextProof {
  readonly plaintext: string
}

const { hasOwn } = Object

const METHODS = ['get', 'commit', 'touch', 'list', 'due', 'event', 'trail', 'tombstone', 'outbox', 'acknowledge'] as const

/**
 * A token's life, on top of a store: every method that changes one is a command, which the rules accept or refuse,
 * which stands in the audit trail, and which takes effect once.
 *
 * A refusal is thrown as `RefusedError`, trouble with the store as `StoreError`, a command that breaks the rules of its
 * document as `RequestError`. It sends nothing: what somebody is to be told waits in the outbox. It keeps no cache, and
 * it authenticates nobody: who gives a command is the host's word.
 */
export class Tokens {
  /** The policy that decides. */
  readonly policy: Policy
  readonly #store: Store
  readonly #executor: Executor

  /** @throws PolicyError when the policy document breaks its rules. */
  constructor(options: TokensOptions) {
    const { policy, store, auditKey, now, timeout = 5000 } = ownProperties(options)
    if (typeof store !== 'object' || store === null) throw wrongType('store', 'a store', store)
    if (isReadCopy(store)) throw readCopy()
    for (const method of METHODS) {
      if (typeof store[method] !== 'function') throw new TypeError(`store has no method ${method}: see Store`)
    }
    this.policy = policy instanceof Policy ? policy : new Policy(policy)
    this.#store = store
    this.#executor = new Executor({ policy: this.policy, store, auditKey: keyOf(auditKey), now, timeout: milliseconds('timeout', timeout) })
  }

  /** Makes a token. Its plaintext is in the answer, once; the store never has it. */
  async create(fields: CreateFields, given: CommandOptions): Promise<IssuedToken> {
    return this.#issued(await this.#executor.execute(commandInput('create', null, fields, given)))
  }

  /** Changes what the kind lets be changed. */
  async edit(token: TokenId, set: EditFields, given: CommandOptions): Promise<CommandResult> {
    return this.#changed(await this.#give('edit', token, { set: snapshot(set, 'set') }, given))
  }

  /** Moves the end, to what is asked for or by the kind's own lifetime, and restarts the inactivity clock. */
  async extend(token: TokenId, options: CommandOptions & { readonly expiresAt?: string | null }): Promise<CommandResult> {
    const { expiresAt, ...given } = ownProperties(options)
    return this.#changed(await this.#give('extend', token, { expiresAt }, given))
  }

  /** Stops a token until it is unlocked. Its clocks keep running. */
  async lock(token: TokenId, given: CommandOptions): Promise<CommandResult> {
    return this.#changed(await this.#give('lock', token, {}, given))
  }

  /** Takes a lock away. */
  async unlock(token: TokenId, given: CommandOptions): Promise<CommandResult> {
    return this.#changed(await this.#give('unlock', token, {}, given))
  }

  /** Stops a token at once and for good, or until it is regenerated, if its kind allows that. */
  async revoke(token: TokenId, given: CommandOptions): Promise<CommandResult> {
    return this.#changed(await this.#give('revoke', token, {}, given))
  }

  /**
   * A new secret for a revoked or idle token, where its kind allows that. When somebody revokes it at the same moment,
   * the revocation stands and this is refused as a `conflict`.
   */
  async regenerate(token: TokenId, given: CommandOptions): Promise<IssuedToken> {
    return this.#issued(await this.#give('regenerate', token, {}, given))
  }

  /**
   * A new secret, while the old one goes on for its grace. Who hands in the plaintext needs no `by`: the token itself
   * asks.
   */
  async rotate(token: TokenId, given: CommandOptions & RotateFields): Promise<IssuedToken>
  async rotate(token: PlaintextProof, given?: HolderCommandOptions & RotateFields): Promise<IssuedToken>
  async rotate(token: TokenId | PlaintextProof, options: Partial<CommandOptions> & RotateFields = {}): Promise<IssuedToken> {
    const { grace, leak, ...given } = ownProperties(options)
    if (typeof token === 'string') return this.#issued(await this.#give('rotate', token, { grace, leak }, given))
    const { plaintext } = snapshot(token, 'the token')
    return this.#issued(await this.#prove('rotate', { grace, leak, plaintext: text(plaintext) }, given))
  }

  /** A successor beside the old token, which ends when it is told to. */
  async renew(token: TokenId, fields: RenewFields, given: CommandOptions): Promise<RenewedToken> {
    const executed = await this.#give('renew', token, fields, given)
    const { change } = executed
    const old = await this.#record(executed, token)
    const successor = await this.#record(executed, old.renewedTo ?? null)
    return new RenewedToken(viewOf(old), viewOf(successor), change?.warnings ?? [], change === null, change?.plaintext ?? null)
  }

  /** Takes up an offered renewal, with the old secret and the key of the offer. */
  async redeem(proof: PlaintextProof & { readonly key: string }, given: HolderCommandOptions = {}): Promise<IssuedToken> {
    const { plaintext, key } = snapshot(proof, 'the proof')
    return this.#issued(await this.#prove('redeemRenewal', { plaintext: text(plaintext), key }, given))
  }

  /** Removes a token. Its trail and its tombstone stay. */
  async delete(token: TokenId, given: CommandOptions): Promise<DeletedToken> {
    const { change } = await this.#give('delete', token, {}, given)
    const tombstone = change?.tombstone ?? await this.#ask(() => this.#store.tombstone(token))
    if (tombstone === null) throw gone()
    return { tombstone, repeated: change === null }
  }

  /**
   * What a command would come to, and whether it is allowed: nothing is written and no secret is made. Limits and
   * uniqueness are only known when it is given.
   */
  async preview(command: PreviewCommand, given: CommandOptions): Promise<CommandPreview> {
    const { command: word, token: id = null, ...fields } = snapshot(command as PreviewCommand & { token?: TokenId }, 'the command')
    if (word !== 'create') assertId(id)
    const { token, change, refusal } = await this.#executor.preview(commandInput(word, id, fields, given))
    return previewOf(token, change, refusal)
  }

  /**
   * Revokes many, one after the other: those of a tenant (by default the actor's), an owner, a kind, made before an
   * instant. It does not stop new ones from being made. Go on with `next` until it is `null`.
   */
  async revokeWhere(where: TokenSelection, options: CommandOptions & PageOptions): Promise<RevokeWhereResult> {
    return revokeWhere(this.#executor, where, options)
  }

  /**
   * Gives the commands that time asks for: reminders, offers of renewal, the end of old secrets, removals. Call it
   * every few minutes, on as many machines as you like: each takes effect once. Go on with `next` until it is `null`.
   */
  async sweep(options: PageOptions = {}): Promise<SweepResult> {
    return sweep(this.#executor, options)
  }

  /** A token as it may be shown, for an actor who may see it in a list. */
  async find(token: TokenId, given: ActorOptions): Promise<TokenView> {
    assertId(token)
    return find(this.#executor, token, given)
  }

  /** Rows for a list: the tokens that the actor may see, a page at a time. */
  async overview(query: OverviewQuery, given: ActorOptions): Promise<OverviewPage> {
    return overviewOf(this.#executor, query, given)
  }

  /**
   * Which instances a token may touch with a permission such as `base:read`, for the filter of a query. Whether the
   * token may be used at all is a gate's to say.
   */
  async reach(token: TokenId, permission: string, { subject }: { readonly subject?: SubjectDocument } = {}): Promise<Reach> {
    assertId(token)
    return reachOf(this.#executor, token, permission, subject)
  }

  /** The audit trail of a token, also of one that is gone, and whether it is whole; for whoever may see the token. */
  async trail(token: TokenId, given: ActorOptions): Promise<AuditTrail> {
    assertId(token)
    return trailOf(this.#executor, token, given)
  }

  /**
   * The oldest notices that nobody acknowledged, at most so many. Send them, then acknowledge their keys: each is there
   * at least once. The single-use key of a renewal is in `secret`, which no log shows: read it by name.
   */
  async outbox(options: { readonly limit?: number } = {}): Promise<readonly Notice[]> {
    const { limit = 100 } = ownProperties(options)
    const notices = await this.#ask(() => this.#store.outbox(limit))
    return notices.map((notice) => {
      return hasOwn(notice, 'secret') ? Object.defineProperty({ ...notice }, 'secret', { enumerable: false }) : notice
    })
  }

  /** The letters that notices make, in English and German, grouped by who is to get them. Send them as they are. */
  letters(notices: readonly Notice[]): readonly Letter[] {
    return letters(notices)
  }

  /** Takes notices out of the outbox, by their keys. */
  async acknowledge(keys: readonly string[]): Promise<void> {
    await this.#ask(() => this.#store.acknowledge(keys))
  }

  async #give(command: string, token: TokenId, fields: object, given: Partial<CommandOptions>): Promise<ExecutedCommand> {
    assertId(token)
    return this.#executor.execute(commandInput(command, token, fields, given))
  }

  /** A command whose plaintext says which token it is about, and who gives it. */
  async #prove(command: string, fields: object, given: HolderCommandOptions): Promise<ExecutedCommand> {
    const { id, reason } = ownProperties(given)
    return this.#executor.execute(commandInput(command, null, fields, { id, reason }, true))
  }

  async #changed(executed: ExecutedCommand): Promise<CommandResult> {
    const { change, token } = executed
    return new CommandResult(viewOf(await this.#record(executed, token)), change?.warnings ?? [], change === null)
  }

  async #issued(executed: ExecutedCommand): Promise<IssuedToken> {
    const { change, token } = executed
    const record = await this.#record(executed, token)
    return new IssuedToken(viewOf(record), change?.warnings ?? [], change === null, change?.plaintext ?? null)
  }

  /** The record as the command left it; as it stands now, when the command is repeated. */
  async #record({ change }: ExecutedCommand, token: TokenId | null): Promise<TokenRecord> {
    const written = change?.writes.find(({ id }) => id === token)?.record
    const record = written ?? (token === null ? null : await this.#ask(() => this.#store.get(token)))
    if (record === null) throw gone()
    return record
  }

  #ask<T>(question: () => Promise<T>): Promise<T> {
    return this.#executor.ask(question, null)
  }
}

function assertId(token: unknown): void {
  if (typeof token !== 'string') throw wrongType('the id of the token', 'a string', token)
}

function text(plaintext: unknown): string {
  if (typeof plaintext !== 'string') throw wrongType('plaintext', 'a string', plaintext)
  return plaintext
}

function gone(): RefusedError {
  return new RefusedError({ code: 'unknown', field: null, message: 'There is no such token; it was deleted since.' })
}
