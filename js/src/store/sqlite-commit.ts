import type { Change, Claim, Committed, Guard, Write } from '../change.js'
import { lineOf } from '../plain.js'
import type { Touch } from '../store.js'
import { millis, millisOr, rowOf } from './row.js'
import type { Connection } from './sqlite-connection.js'

/** Writes a change, or says why not; then what it wrote so far is to be rolled back. */
export function commit(db: Connection, change: Change): Committed {
  const { writes, guards, claims, releases, events, notices, tombstone } = change
  if (events.some(({ token, command }) => happened(db, token, command))) return { outcome: 'repeated' }
  if (!writes.every((write) => unchanged(db, write))) return { outcome: 'conflict' }
  const broken = guards.find((guard) => active(db, guard, writes) >= guard.below)
  if (broken !== undefined) return { outcome: 'refused', code: 'limit_reached', guard: broken }
  for (const { claim, token } of releases) {
    db.run('DELETE FROM portcullis_claims WHERE claim = ? AND token = ?', claim, token)
  }
  const taken = claims.find((claim) => !claimed(db, claim))
  if (taken !== undefined) return { outcome: 'refused', code: 'not_unique', claim: taken }
  if (!writes.every((write) => written(db, write))) return { outcome: 'conflict' }
  if (tombstone !== null) {
    db.run('INSERT INTO portcullis_tombstones (id, tombstone) VALUES (?, ?)', tombstone.id, lineOf(tombstone))
  }
  for (const event of events) {
    const sql = 'INSERT INTO portcullis_events (token, sequence, command, event) VALUES (?, ?, ?, ?)'
    db.run(sql, event.token, event.sequence, event.command, lineOf(event))
  }
  for (const notice of notices) {
    db.run('INSERT OR IGNORE INTO portcullis_outbox (key, notice) VALUES (?, ?)', notice.key, lineOf(notice))
  }
  return { outcome: 'committed' }
}

/** Whether this command took effect on this token. */
export function happened(db: Connection, token: string, command: string): boolean {
  return db.all('SELECT 1 FROM portcullis_events WHERE token = ? AND command = ?', token, command).length > 0
}

/** Notes that a token was used, if its revision is this one. */
export function note(db: Connection, id: string, revision: number, touch: Touch): boolean {
  const { lastUsedAt, secretUsedAt, endsAt, dueAt } = touch
  const found = db.all('SELECT last_used_at FROM portcullis_tokens WHERE id = ? AND revision = ?', id, revision)
  const [row] = found as { last_used_at: number | null }[]
  if (row === undefined) return false
  const used = millis(lastUsedAt)
  if (used > (row.last_used_at ?? 0)) {
    const fields = present({ lastUsedAt, endsAt, dueAt })
    const sql = `UPDATE portcullis_tokens SET last_used_at = ?, ends_at = coalesce(?, ends_at), due_at = coalesce(?, due_at),
      record = json_set(record, ${places(fields)}) WHERE id = ?`
    db.run(sql, used, millisOr(endsAt), millisOr(dueAt), ...fields.flat(), id)
  }
  const secretUsed = millisOr(secretUsedAt)
  if (secretUsed !== null) {
    const fields = present({ secretUsedAt })
    const sql = `UPDATE portcullis_tokens SET record = json_set(record, ${places(fields)})
      WHERE id = ? AND coalesce(record ->> '$.secretUsedAt', '') < ?`
    db.run(sql, ...fields.flat(), id, new Date(secretUsed).toISOString())
  }
  return true
}

function unchanged(db: Connection, { id, was, seen }: Write): boolean {
  const found = db.all('SELECT revision, last_used_at FROM portcullis_tokens WHERE id = ?', id)
  const [row] = found as { revision: number; last_used_at: number | null }[]
  if (row === undefined) {
    return was === 0 && db.all('SELECT 1 FROM portcullis_tombstones WHERE id = ?', id).length === 0
  }
  return row.revision === was && (seen === undefined || (row.last_used_at ?? 0) <= (millisOr(seen) ?? 0))
}

function active(db: Connection, { guard, kind, tenant, owner, now }: Guard, writes: readonly Write[]): number {
  const values = [kind, tenant, millis(now)]
  let sql = `SELECT count(*) AS count FROM portcullis_tokens
    WHERE kind = ? AND tenant IS ? AND revoked = 0 AND (ends_at IS NULL OR ends_at > ?)`
  if (guard === 'activePerOwner') {
    sql += ' AND owner = ?'
    values.push(owner ?? null)
  }
  for (const { id } of writes) {
    sql += ' AND id <> ?'
    values.push(id)
  }
  const [row] = db.all(sql, ...values) as [{ count: number }]
  return Number(row.count)
}

/** Makes a claim, unless another token holds it. */
function claimed(db: Connection, { claim, token }: Claim): boolean {
  const sql = `INSERT INTO portcullis_claims (claim, token) VALUES (?, ?)
    ON CONFLICT (claim) DO UPDATE SET token = excluded.token WHERE token = excluded.token`
  return db.run(sql, claim, token) === 1
}

/** Writes one record, and says whether that changed the one row it should. */
function written(db: Connection, { id, was, record }: Write): boolean {
  if (record === null) return db.run('DELETE FROM portcullis_tokens WHERE id = ? AND revision = ?', id, was) === 1
  const row = rowOf(record)
  const columns: [string, string | number | null][] = [
    ['tenant', row.tenant],
    ['kind', row.kind],
    ['owner', row.owner],
    ['revision', row.revision],
    ['revoked', row.revoked ? 1 : 0],
    ['created_at', row.createdAt],
    ['ends_at', row.endsAt],
    ['due_at', row.dueAt],
    ['last_used_at', row.lastUsedAt],
    ['record', JSON.stringify(record)],
  ]
  const names = columns.map(([name]) => name)
  const values = columns.map(([, value]) => value)
  if (was === 0) {
    const sql = `INSERT INTO portcullis_tokens (${names.join(', ')}, id) VALUES (${names.map(() => '?').join(', ')}, ?)`
    return db.run(sql, ...values, id) === 1
  }
  const sql = `UPDATE portcullis_tokens SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE id = ? AND revision = ?`
  return db.run(sql, ...values, id, was) === 1
}

/** Those that are there, as paths into the record. */
function present(fields: Readonly<Record<string, string | null | undefined>>): [string, string][] {
  const given = Object.entries(fields).filter((field): field is [string, string] => typeof field[1] === 'string')
  return given.map(([name, value]) => [`$.${name}`, value])
}

function places(fields: readonly unknown[]): string {
  return fields.map(() => '?, ?').join(', ')
}
