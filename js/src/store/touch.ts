import type { TokenRecord } from './record.js'
import type { Touch } from './store.js'
import { millis, millisOr } from './columns.js'

/** The record after a use, as `Store.touch` says; the very same one when nothing in it is earlier. */
export function applyTouch(record: TokenRecord, { lastUsedAt, secretUsedAt, endsAt, dueAt }: Touch): TokenRecord {
  let after = record
  if (millis(lastUsedAt) > (millisOr(record.lastUsedAt) ?? 0)) {
    after = { ...after, lastUsedAt, ...present({ endsAt, dueAt }) }
  }
  if ((millisOr(secretUsedAt) ?? 0) > (millisOr(record.secretUsedAt) ?? 0)) {
    after = { ...after, ...present({ secretUsedAt }) }
  }
  return after
}

function present(fields: Readonly<Record<string, string | null | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter((field): field is [string, string] => typeof field[1] === 'string'))
}
