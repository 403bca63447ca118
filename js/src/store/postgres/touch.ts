import { StoreError } from '../../base/errors.js'
import type { TokenRecord } from '../record.js'
import type { Touch } from '../store.js'
import { keyed } from './change.js'
import type { Connections } from './connection.js'
import { millisOr } from '../row.js'
import { touched } from '../touched.js'

/** How often a use is noted again that another one came before. Each time one of them is noted. */
const TRIES = 100

const FOUND = 'SELECT record AS text FROM portcullis_tokens WHERE id = $1 AND revision = $2'

/** Whoever noted another use meanwhile, or gave a command, left another text. */
const NOTE = `UPDATE portcullis_tokens SET last_used_at = $4, ends_at = coalesce($5, 9223372036854775807), due_at = $6, record = $7
  WHERE id = $1 AND revision = $2 AND record = $3 RETURNING id`

/** Notes that a token was used, if its revision is this one. */
export async function note(db: Connections, id: string, revision: number, touch: Touch): Promise<boolean> {
  const key = keyed(id)
  for (let tried = 0; tried < TRIES; tried += 1) {
    const [found] = await db.read<{ text: string }>(FOUND, key, revision)
    if (found === undefined) return false
    const known = JSON.parse(found.text) as TokenRecord
    const record = touched(known, touch)
    if (record === known) return true
    const instants = [millisOr(record.lastUsedAt) ?? 0, millisOr(record.endsAt), millisOr(record.dueAt)]
    const noted = await db.write(NOTE, key, revision, found.text, ...instants, JSON.stringify(record))
    if (noted.length === 1) return true
  }
  throw new StoreError('The token is used by so many at once that this use was not noted')
}
