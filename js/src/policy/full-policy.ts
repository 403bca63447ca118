import { Policy as Deciding } from './policy.js'
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

/**
 * A policy, opened once and asked many times: what decides, as in `portcullis/gate`, and the rules of a token's life.
 *
 * Everything here is synchronous and changes nothing: it reads no store and sends no request. For a whole
 * request, with the look-up in between, see `Gate`; for a token's life on top of a store, see `Tokens`.
 */
export class Policy extends Deciding {
  /**
   * What one command makes of a record. It commits nothing: that is the store's part.
   *
   * @throws RequestError when a document is of another form. A refusal of the command is an answer.
   */
  apply(request: CommandRequest | string, options: ApplyOptions = {}): CommandOutcome {
    return apply(this, request, options)
  }

  /** What a command would come to: the same, with nothing minted. It must not be committed. */
  preview(request: CommandRequest | string, options: Omit<ApplyOptions, 'entropy'> = {}): CommandOutcome {
    return preview(this, request, options)
  }

  /**
   * The commands that time itself asks for, in the order in which to give them, each on the record as the one before
   * left it.
   *
   * @throws RequestError when the record cannot be read.
   */
  due(record: object | string, options: ClockOptions = {}): object[] {
    return due(this, record, options)
  }

  /**
   * The id of the record that a command speaks of, where the command itself says it: one that makes a token, or that
   * carries a plaintext.
   */
  target(request: Omit<CommandRequest, 'record'> | string): TokenId | null {
    return target(this, request)
  }

  /**
   * How these records look in a list: the rows that the actor may see, filtered and sorted. `total` counts them before
   * the filter. A record that cannot be read has a row all the same.
   */
  overview(request: OverviewRequest | string, options: ClockOptions = {}): OverviewRows {
    return overview(this, request, options)
  }

  /**
   * The instances on which a token holds a permission, for the filter of a query. For kinds with a subject hand in the
   * owner's present rights. Whether the token may be used at all is not looked at: ask `decide` first.
   */
  reach(request: ReachRequest | string): Reach {
    return reach(this, request)
  }
}
