import { StoreError } from '../base/errors.js'
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

/** How often a touch is tried when another one gets in first. Each time, one of them succeeds. */
const TRIES = 100

/**
 * Touches a token whose record is changed here: reads it, and writes it if it is still the text that was read, again and
 * again. Returns whether the stored record has this revision.
 */
export async function touchHere(
  revision: number,
  touch: Touch,
  read: () => Promise<string | null>,
  write: (after: TokenRecord, before: TokenRecord, text: string) => Promise<boolean>,
): Promise<boolean> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const text = await read()
    const record = text === null ? null : (JSON.parse(text) as TokenRecord)
    if (record?.revision !== revision) return false
    const after = applyTouch(record, touch)
    if (after === record || (await write(after, record, text as string))) return true
  }
  throw new StoreError('The token is used so often that this use could not be recorded')
}
