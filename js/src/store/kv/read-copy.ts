import { PortcullisError } from '../../base/errors.js'
import type { TokenId } from '../../base/token-id.js'
import type { TokenRecord } from '../record.js'

/**
 * Records close to where requests are decided, published from the store that executes commands. It serves a gate. It
 * cannot compare and set, so it is not a `Store` and takes no commands. `conformCopy` of `portcullis/conformance` tests
 * one.
 */
export interface ReadCopy {
  /** The record that was last published with this id, or its JSON text; `null` if there is none. */
  get(id: TokenId): Promise<TokenRecord | string | null>

  /**
   * Publishes a record and returns whether it did: a later revision, or the same revision with a later use, is not
   * overwritten. A copy may not see a recent write, so this alone does not protect against races: see `mirrored`.
   */
  publish(record: TokenRecord): Promise<boolean>

  /** Marks a token as deleted after this revision. Older records of it are not published any more. */
  retract(id: TokenId, revision: number): Promise<boolean>
}

/** Whether this is a read copy, which cannot execute commands. */
export function isReadCopy(store: unknown): boolean {
  const { publish, retract } = (store ?? {}) as Partial<ReadCopy>
  return typeof publish === 'function' && typeof retract === 'function'
}

/** The error for a read copy in the place of a store. */
export function readCopy(): PortcullisError {
  const why = 'it cannot compare and set, so an older record could overwrite a revocation'
  return new PortcullisError('read_copy', `A read copy takes no commands: ${why}. Use the store that it is published from.`)
}
