import type { TokenId } from '../base/token-id.js'
import {
  apply,
  type ApplyOptions,
  type ClockOptions,
  type CommandOutcome,
  type CommandRequest,
  due,
  overview,
  preview,
  reach,
  type Reach,
  type ReachRequest,
  target,
} from './lifecycle.js'
import type { OverviewRequest, OverviewRows } from './overview.js'
import { Policy as Deciding } from './policy.js'

/**
 * A policy, opened once and asked many times: it decides requests, like the one of `portcullis/gate`, and it works out
 * what commands do to tokens.
 *
 * All methods are synchronous and change nothing; they read no store and send nothing. `Gate` decides whole requests,
 * with the look-up of records; `Tokens` executes commands on a store.
 */
export class Policy extends Deciding {
  /**
   * What a command does to a record: a change to commit, or a refusal. It commits nothing itself.
   *
   * @throws RequestError when a document is invalid. A refusal is an answer, not an error.
   */
  apply(request: CommandRequest | string, options: ApplyOptions = {}): CommandOutcome {
    return apply(this, request, options)
  }

  /** Like `apply`, but mints nothing. The change must not be committed. */
  preview(request: CommandRequest | string, options: Omit<ApplyOptions, 'entropy'> = {}): CommandOutcome {
    return preview(this, request, options)
  }

  /**
   * The commands that are due at this time, in order. Apply each to the record as the one before left it.
   *
   * @throws RequestError when the record cannot be read.
   */
  due(record: object | string, options: ClockOptions = {}): object[] {
    return due(this, record, options)
  }

  /**
   * The id of the record that a command is about, if the command itself says so: it creates the token, or carries its
   * plaintext. Otherwise `null`.
   */
  target(request: Omit<CommandRequest, 'record'> | string): TokenId | null {
    return target(this, request)
  }

  /**
   * Rows for a list of these records: those that the actor may see, filtered and sorted. `total` counts them before the
   * filter. A record that cannot be read gets a row as well.
   */
  overview(request: OverviewRequest | string, options: ClockOptions = {}): OverviewRows {
    return overview(this, request, options)
  }

  /**
   * The instances on which a token holds a permission, for the filter of a database query. For kinds with a subject,
   * pass the owner's current rights. It does not check whether the token may be used: ask `decide` first.
   */
  reach(request: ReachRequest | string): Reach {
    return reach(this, request)
  }
}
