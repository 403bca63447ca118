import { wrongType } from '../base/errors.js'
import { withMethods } from '../base/options.js'
import { ownProperties } from '../base/own-properties.js'
import { milliseconds } from '../base/timeout.js'
import type { TokenId } from '../base/token-id.js'
import { keyOf } from '../module/query.js'
import { type Letter, letters } from '../policy/letters.js'
import type { Reach } from '../policy/lifecycle.js'
import { Policy } from '../policy/policy.js'
import type { SubjectDocument } from '../policy/subject.js'
import type { Notice } from '../store/change.js'
import { isReadCopy, readCopy } from '../store/kv/read-copy.js'
import type { TokenRecord, TokenView } from '../store/record.js'
import type { Store } from '../store/store.js'
import { commandInput, snapshot } from './command-input.js'
import type {
  CommandOptions,
  CreateFields,
  EditFields,
  HolderCommandOptions,
  Presented,
  PreviewCommand,
  RenewFields,
  RotateFields,
} from './command-types.js'
import { type ExecutedCommand, Executor } from './executor.js'
import type { PageOptions } from './pages.js'
import { type CommandPreview, previewOf } from './preview.js'
import {
  type ActorOptions,
  type AuditTrail,
  find,
  overviewOf,
  type OverviewPage,
  type OverviewQuery,
  reachOf,
  trailOf,
  unknownToken,
} from './queries.js'
import { CommandResult, type DeletedToken, IssuedToken, RenewedToken } from './results.js'
import { revokeWhere, type RevokeWhereResult, type TokenSelection } from './revoke-where.js'
import { sweep, type SweepResult } from './sweep.js'
import { viewOf } from './view.js'

/** The options of {@link Tokens}. */
export interface TokensOptions {
  /** The policy or its document. */
  readonly policy: Policy | object | string
  /** Where the records are. It must be able to compare and set. */
  readonly store: Store
  /**
   * The key that seals the audit trail (HMAC-SHA-256), so that only its holder can write a trail that verifies: at
   * least 16 bytes.
   */
  readonly auditKey?: Uint8Array
  /** The clock, in milliseconds. Default: the platform's. */
  readonly now?: () => number
  /** Milliseconds until a call of the store counts as failed. Default: 5,000. */
  readonly timeout?: number
}

/** A plaintext, which proves that the caller holds the token. */
export interface PlaintextProof {
  readonly plaintext: string
}

const { hasOwn } = Object

const METHODS = ['get', 'commit', 'touch', 'list', 'due', 'event', 'trail', 'tombstone', 'outbox', 'acknowledge'] as const

/**
 * Creates and changes the tokens in a store. Every method that changes a token is a command: the policy accepts or
 * refuses it, the audit trail records it, and it takes effect once.
 *
 * It throws `RefusedError` if a command is refused, `StoreError` if the store fails, and `RequestError` if a document
 * is invalid. It sends nothing: notices wait in the outbox. It caches nothing, and it authenticates no actor: the host
 * vouches for the actor.
 */
export class Tokens {
  readonly policy: Policy
  readonly #store: Store
  readonly #executor: Executor

  /** @throws PolicyError when the policy document is invalid. */
  constructor(options: TokensOptions) {
    const { policy, store, auditKey, now, timeout = 5000 } = ownProperties(options)
    if (isReadCopy(store)) throw readCopy()
    withMethods('store', 'a store', store, ...METHODS)
    this.policy = policy instanceof Policy ? policy : new Policy(policy)
    this.#store = store
    this.#executor = new Executor({ policy: this.policy, store, auditKey: keyOf(auditKey), now, timeout: milliseconds('timeout', timeout) })
  }

  /** Creates a token. The result has its plaintext, once; the store never sees it. */
  async create(fields: CreateFields, options: CommandOptions): Promise<IssuedToken> {
    return this.#issued(await this.#executor.execute(commandInput('create', null, fields, options)))
  }

  /** Changes fields that the kind lists as `editable`. */
  async edit(token: TokenId, set: EditFields, options: CommandOptions): Promise<CommandResult> {
    return this.#changed(await this.#execute('edit', token, { set: snapshot(set, 'set') }, options))
  }

  /** Moves the expiry, to `expiresAt` or by the kind's lifetime, and restarts the inactivity period. */
  async extend(token: TokenId, options: CommandOptions & { readonly expiresAt?: string | null }): Promise<CommandResult> {
    const { expiresAt, ...commandOptions } = ownProperties(options)
    return this.#changed(await this.#execute('extend', token, { expiresAt }, commandOptions))
  }

  /** Stops a token until it is unlocked. It can still expire in the meantime. */
  async lock(token: TokenId, options: CommandOptions): Promise<CommandResult> {
    return this.#changed(await this.#execute('lock', token, {}, options))
  }

  async unlock(token: TokenId, options: CommandOptions): Promise<CommandResult> {
    return this.#changed(await this.#execute('unlock', token, {}, options))
  }

  /** Stops a token for good; if its kind allows it, `regenerate` brings it back. */
  async revoke(token: TokenId, options: CommandOptions): Promise<CommandResult> {
    return this.#changed(await this.#execute('revoke', token, {}, options))
  }

  /**
   * Gives a revoked or idle token a new secret, if its kind allows that. If the token is revoked at the same moment,
   * the revocation wins, and this command is refused as `conflict`.
   */
  async regenerate(token: TokenId, options: CommandOptions): Promise<IssuedToken> {
    return this.#issued(await this.#execute('regenerate', token, {}, options))
  }

  /**
   * Gives a token a new secret; the old one keeps working for the grace period. A caller that passes the plaintext acts
   * as the token itself and needs no `by`.
   */
  async rotate(token: TokenId, options: CommandOptions & RotateFields): Promise<IssuedToken>
  async rotate(token: PlaintextProof, options?: HolderCommandOptions & RotateFields): Promise<IssuedToken>
  async rotate(token: TokenId | PlaintextProof, options: Partial<CommandOptions> & Presented & RotateFields = {}): Promise<IssuedToken> {
    const { grace, leak, ...commandOptions } = ownProperties(options)
    if (typeof token === 'string') return this.#issued(await this.#execute('rotate', token, { grace, leak }, commandOptions))
    const { plaintext } = snapshot(token, 'the token')
    return this.#issued(await this.#executeAsHolder('rotate', { grace, leak, plaintext: text(plaintext) }, commandOptions))
  }

  /** Creates a successor of a token, which itself ends at `endsAt`. */
  async renew(token: TokenId, fields: RenewFields, options: CommandOptions): Promise<RenewedToken> {
    const executed = await this.#execute('renew', token, fields, options)
    const { change } = executed
    const old = await this.#record(executed, token)
    const successor = await this.#record(executed, old.renewedTo ?? null)
    return new RenewedToken(viewOf(old), viewOf(successor), change?.warnings ?? [], change === null, change?.plaintext ?? null)
  }

  /** Accepts an offered renewal, with the old secret and the key of the offer. */
  async redeem(proof: PlaintextProof & { readonly key: string }, options: HolderCommandOptions = {}): Promise<IssuedToken> {
    const { plaintext, key } = snapshot(proof, 'the proof')
    return this.#issued(await this.#executeAsHolder('redeemRenewal', { plaintext: text(plaintext), key }, options))
  }

  /** Deletes a token. Its trail and a tombstone remain. */
  async delete(token: TokenId, options: CommandOptions): Promise<DeletedToken> {
    const { change } = await this.#execute('delete', token, {}, options)
    const tombstone = change?.tombstone ?? await this.#ask(() => this.#store.tombstone(token))
    if (tombstone === null) throw unknownToken()
    return { tombstone, repeated: change === null }
  }

  /**
   * What a command would do, and whether it is allowed. Nothing is written and no secret is made. Limits and uniqueness
   * are checked only when the command is executed.
   */
  async preview(command: PreviewCommand, options: CommandOptions): Promise<CommandPreview> {
    const { command: word, token: id = null, ...fields } = snapshot(command as PreviewCommand & { token?: TokenId }, 'the command')
    if (word !== 'create') assertId(id)
    const { token, change, refusal } = await this.#executor.preview(commandInput(word, id, fields, options))
    return previewOf(token, change, refusal)
  }

  /**
   * Revokes all tokens of a tenant (by default the actor's), an owner or a kind, or those created before an instant.
   * New tokens can still be created. Repeat with `next` until it is `null`.
   */
  async revokeWhere(where: TokenSelection, options: CommandOptions & PageOptions): Promise<RevokeWhereResult> {
    return revokeWhere(this.#executor, where, options)
  }

  /**
   * Executes the commands that are due: reminders, offers of renewal, the end of old secrets, deletions. Call it every
   * few minutes, on as many machines as you like: each command takes effect once. Repeat with `next` until it is
   * `null`.
   */
  async sweep(options: PageOptions = {}): Promise<SweepResult> {
    return sweep(this.#executor, options)
  }

  /** The token, for an actor who may see it in a list. */
  async find(token: TokenId, options: ActorOptions): Promise<TokenView> {
    assertId(token)
    return find(this.#executor, token, options)
  }

  /** A page of the tokens that the actor may see. */
  async overview(query: OverviewQuery, options: ActorOptions): Promise<OverviewPage> {
    return overviewOf(this.#executor, query, options)
  }

  /**
   * The instances on which a token holds a permission such as `base:read`, for the filter of a database query. It does
   * not check whether the token may be used: that is the gate's part.
   */
  async reach(token: TokenId, permission: string, { subject }: { readonly subject?: SubjectDocument } = {}): Promise<Reach> {
    assertId(token)
    return reachOf(this.#executor, token, permission, subject)
  }

  /** The audit trail of a token, even of a deleted one, and whether it verifies; for an actor who may see the token. */
  async trail(token: TokenId, options: ActorOptions): Promise<AuditTrail> {
    assertId(token)
    return trailOf(this.#executor, token, options)
  }

  /**
   * The oldest notices that are not acknowledged. Send them, then acknowledge their keys: each is delivered at least
   * once. The single-use key of a renewal is in `secret`, a property that logs do not show.
   */
  async outbox(options: { readonly limit?: number } = {}): Promise<readonly Notice[]> {
    const { limit = 100 } = ownProperties(options)
    const notices = await this.#ask(() => this.#store.outbox(limit))
    return notices.map((notice) => {
      return hasOwn(notice, 'secret') ? Object.defineProperty({ ...notice }, 'secret', { enumerable: false }) : notice
    })
  }

  /** Turns notices into letters, in English and German, grouped by recipient. Send them as they are. */
  letters(notices: readonly Notice[]): readonly Letter[] {
    return letters(notices)
  }

  /** Removes notices from the outbox, by their keys. */
  async acknowledge(keys: readonly string[]): Promise<void> {
    await this.#ask(() => this.#store.acknowledge(keys))
  }

  async #execute(command: string, token: TokenId, fields: object, options: Partial<CommandOptions>): Promise<ExecutedCommand> {
    assertId(token)
    return this.#executor.execute(commandInput(command, token, fields, options))
  }

  /** A command whose plaintext identifies the token and the actor. */
  async #executeAsHolder(command: string, fields: object, options: HolderCommandOptions): Promise<ExecutedCommand> {
    const { id, reason, tenant, application, ip, subject } = ownProperties(options)
    return this.#executor.execute(commandInput(command, null, fields, { id, reason }, { tenant, application, ip, subject }))
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

  /** The record after the command; for a repeated command, the current one. */
  async #record({ change }: ExecutedCommand, token: TokenId | null): Promise<TokenRecord> {
    const written = change?.writes.find(({ id }) => id === token)?.record
    const record = written ?? (token === null ? null : await this.#ask(() => this.#store.get(token)))
    if (record === null) throw unknownToken()
    return record
  }

  #ask<T>(question: () => Promise<T>): Promise<T> {
    return this.#executor.callStore(question, null)
  }
}

function assertId(token: unknown): void {
  if (typeof token !== 'string') throw wrongType('the id of the token', 'a string', token)
}

function text(plaintext: unknown): string {
  if (typeof plaintext !== 'string') throw wrongType('plaintext', 'a string', plaintext)
  return plaintext
}
