import type { Change, CommitOutcome, Guard, RecordWrite } from '../change.js'
import type { Touch } from '../store.js'
import { millisOr } from '../row.js'
import type { Connection } from './connection.js'
import { burial, burying, claiming, counting, happening, posting, recording, releasing, standing, touching, writing } from './statements.js'

/** Writes a change, or says why not; then what it wrote so far is to be rolled back. */
export function commit(db: Connection, change: Change): CommitOutcome {
  const { writes, guards, claims, releases, events, notices, tombstone } = change
  if (events.some(({ token, command }) => happened(db, token, command))) return { outcome: 'repeated' }
  if (!writes.every((write) => unchanged(db, write))) return { outcome: 'conflict' }
  const broken = guards.find((guard) => active(db, guard, writes) >= guard.below)
  if (broken !== undefined) return { outcome: 'refused', code: 'limit_reached', guard: broken }
  for (const release of releases) db.run(...releasing(release))
  const taken = claims.find((claim) => db.run(...claiming(claim)) !== 1)
  if (taken !== undefined) return { outcome: 'refused', code: 'not_unique', claim: taken }
  if (!writes.every((write) => db.run(...writing(write)) === 1)) return { outcome: 'conflict' }
  if (tombstone !== null) db.run(...burying(tombstone))
  for (const event of events) db.run(...recording(event))
  for (const notice of notices) db.run(...posting(notice))
  return { outcome: 'committed' }
}

/** Whether this command took effect on this token. */
export function happened(db: Connection, token: string, command: string): boolean {
  return db.all(...happening(token, command)).length > 0
}

/** Notes that a token was used, if its revision is this one. */
export function note(db: Connection, id: string, revision: number, touch: Touch): boolean {
  for (const touched of touching(id, revision, touch)) db.run(...touched)
  return db.all(...standing(id, revision)).length > 0
}

function unchanged(db: Connection, { id, was, seen }: RecordWrite): boolean {
  const found = db.all('SELECT revision, last_used_at FROM portcullis_tokens WHERE id = ?', id)
  const [row] = found as { revision: number; last_used_at: number | null }[]
  if (row === undefined) return was === 0 && db.all(...burial(id)).length === 0
  return row.revision === was && (seen === undefined || (row.last_used_at ?? 0) <= (millisOr(seen) ?? 0))
}

function active(db: Connection, guard: Guard, writes: readonly RecordWrite[]): number {
  const [row] = db.all(...counting(guard, writes)) as [{ count: number }]
  return Number(row.count)
}
