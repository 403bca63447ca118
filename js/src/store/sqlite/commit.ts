import { statements } from '../../generated/sqlite.js'
import type { Change, CommitOutcome, Guard, RecordWrite } from '../change.js'
import { millisOr } from '../columns.js'
import type { Touch } from '../store.js'
import type { Connection } from './connection.js'
import { countActive, insertDocuments, touchRecord, writeRecord } from './statements.js'

/** Writes a change and returns the outcome. Unless it is `committed`, roll back. */
export function commit(db: Connection, change: Change): CommitOutcome {
  const { writes, reads = [], guards, claims, releases, events } = change
  if (events.some(({ token, command }) => db.all(statements.event, token, command).length > 0)) return { outcome: 'repeated' }
  if (!reads.every(({ id, was }) => db.all(statements.getAtRevision, id, was).length > 0)) return { outcome: 'conflict' }
  if (!writes.every((write) => unchanged(db, write))) return { outcome: 'conflict' }
  const broken = guards.find((guard) => active(db, guard, writes) >= guard.below)
  if (broken !== undefined) return { outcome: 'refused', code: 'limit_reached', guard: broken }
  for (const { claim, token } of releases) db.run(statements.releaseClaim, claim, token)
  const taken = claims.find(({ claim, token }) => db.run(statements.takeClaim, claim, token) !== 1)
  if (taken !== undefined) return { outcome: 'refused', code: 'not_unique', claim: taken }
  if (!writes.every((write) => db.run(...writeRecord(write)) === 1)) return { outcome: 'conflict' }
  for (const insert of insertDocuments(change)) db.run(...insert)
  return { outcome: 'committed' }
}

/** Touches a token, if it has this revision. */
export function touchToken(db: Connection, id: string, revision: number, touch: Touch): boolean {
  for (const update of touchRecord(id, revision, touch)) db.run(...update)
  return db.all(statements.getAtRevision, id, revision).length > 0
}

function unchanged(db: Connection, { id, was, seen }: RecordWrite): boolean {
  const found = db.all('SELECT revision, last_used_at FROM portcullis_tokens WHERE id = ?', id)
  const [row] = found as { revision: number; last_used_at: number | null }[]
  if (row === undefined) return was === 0 && db.all(statements.tombstone, id).length === 0
  return row.revision === was && (seen === undefined || (row.last_used_at ?? 0) <= (millisOr(seen) ?? 0))
}

function active(db: Connection, guard: Guard, writes: readonly RecordWrite[]): number {
  const [row] = db.all(...countActive(guard, writes)) as [{ count: number }]
  return Number(row.count)
}
