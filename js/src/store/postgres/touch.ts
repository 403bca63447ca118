import { StoreError } from '../../base/errors.js'
import { statements } from '../../generated/postgres.js'
import { millisOr } from '../columns.js'
import type { TokenRecord } from '../record.js'
import type { Touch } from '../store.js'
import { applyTouch } from '../touch.js'
import { lookupText } from './change.js'
import type { Connections } from './connection.js'

/** How often a touch is tried when another one gets in first. Each time, one of them succeeds. */
const TRIES = 100

/** Touches a token, if it has this revision. */
export async function touchToken(db: Connections, id: string, revision: number, touch: Touch): Promise<boolean> {
  const key = lookupText(id)
  for (let tried = 0; tried < TRIES; tried += 1) {
    const [found] = await db.read<{ text: string }>(statements.getAtRevision, key, revision)
    if (found === undefined) return false
    const known = JSON.parse(found.text) as TokenRecord
    const record = applyTouch(known, touch)
    if (record === known) return true
    const instants = [millisOr(record.lastUsedAt), millisOr(record.endsAt), millisOr(record.dueAt)]
    const updated = await db.write(statements.touch, key, revision, found.text, ...instants, JSON.stringify(record))
    if (updated.length === 1) return true
  }
  throw new StoreError('The token is used so often that this use could not be recorded')
}
