import { type ErrorCode, PortcullisError, StoreError } from '../base/errors.js'
import { wholeNumber } from '../base/options.js'
import type { TokenId } from '../base/token-id.js'
import type { TokenRecord } from '../store/record.js'
import type { RecordPage } from '../store/store.js'

/** How much to do in one call. */
export interface PageOptions {
  /** The largest number of tokens to look at. Default: 1,000. */
  readonly limit?: number
  /** Where to continue: the `next` of the previous call. */
  readonly after?: string | null
}

/** A token for which a command failed. */
export interface CommandFailure {
  readonly token: TokenId
  /** The command that failed; `null` if the due commands could not be worked out. */
  readonly command: string | null
  readonly code: ErrorCode
  readonly message: string
}

/** How many tokens are read at a time. */
const PAGE = 100

/** Visits the records of a query up to the limit, and returns where to continue. */
export async function eachRecord(
  read: (cursor: string | null, size: number) => Promise<RecordPage>,
  { limit = 1000, after = null }: { limit?: number | undefined; after?: string | null | undefined },
  visit: (record: TokenRecord) => Promise<void>,
): Promise<string | null> {
  let next = after
  for (let left = wholeNumber('limit', limit); left > 0; ) {
    const page = await read(next, Math.min(PAGE, left))
    for (const record of page.records) await visit(record)
    next = page.next
    if (next === null) return null
    left -= page.records.length
  }
  return next
}

/** The failure of one token. A failure of the store is thrown on, since it would stop the others too. */
export function failureOf(token: TokenId, command: string | null, error: unknown): CommandFailure {
  if (!(error instanceof PortcullisError) || error instanceof StoreError) throw error
  return { token, command, code: error.code, message: error.message }
}
