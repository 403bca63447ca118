import { millis, millisOr } from './columns.js'
import type { TokenRecord } from './record.js'
import type { Touch } from './store.js'

/** The record after a touch, as described at `Store.touch`; the same object if nothing changes. */
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
