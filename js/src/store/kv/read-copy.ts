import { PortcullisError } from '../../base/errors.js'
import type { TokenRecord } from '../record.js'
import type { TokenId } from '../../base/token-id.js'

/**
 * Records close to where requests are decided, published from the store that takes the commands. It serves a gate; it
 * cannot compare and set, so it is no `Store` and takes no commands. `conformCopy` of `portcullis/conformance` tries one.
 */
export interface ReadCopy {
  /** The record with exactly this id as it was published last, or as JSON text; `null` when there is none. */
  get(id: TokenId): Promise<TokenRecord | string | null>

  /**
   * Shows a record, and says whether it did: one of a later revision, or of the same and used later, is left as it is.
   * A copy may not see what was written a moment ago, so that alone is no protection against races: see `mirrored`.
   */
  publish(record: TokenRecord): Promise<boolean>

  /** Shows that a token is gone, after this revision. Older records of it are not shown again. */
  retract(id: TokenId, revision: number): Promise<boolean>
}

/** Whether this is a copy, which has no business where commands are given. */
export function isReadCopy(store: object): boolean {
  const { publish, retract } = store as Partial<ReadCopy>
  return typeof publish === 'function' && typeof retract === 'function'
}

/** What is said to whoever would give commands on a copy. */
export function readCopy(): PortcullisError {
  const why = 'it cannot compare and set, so a revocation could be overwritten by an older record'
  return new PortcullisError('read_copy', `A read copy takes no commands: ${why}. Give them on the store that it is published from.`)
}
