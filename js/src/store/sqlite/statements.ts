// The statements for the tables in sql/sqlite.sql, in a file or in D1.
import { lineOf } from '../../base/json-text.js'
import type { Claim, Guard, Notice, RecordWrite, TokenEvent } from '../change.js'
import { columnsOf, millis, millisOr } from '../columns.js'
import type { Tombstone } from '../record.js'
import { dueCursor } from '../result-rows.js'
import type { ListQuery, Touch } from '../store.js'
import type { Cell } from './driver.js'

/** A statement and its values. No value is ever part of the SQL text. */
export type BoundStatement = readonly [sql: string, ...values: Cell[]]

/** The version of the tables that this package reads and writes. */
export const SCHEMA = '1'

export function selectRecord(id: string): BoundStatement {
  return ['SELECT record AS text FROM portcullis_tokens WHERE id = ?', id]
}

export function selectPage({ tenant = null, owner, kind, status, now, createdBefore, after, limit }: ListQuery): BoundStatement {
  const terms = ['tenant IS ?']
  const values: Cell[] = [tenant]
  const add = (term: string, ...more: Cell[]) => {
    terms.push(term)
    values.push(...more)
  }
  if (owner !== undefined) add('owner = ?', owner)
  if (kind !== undefined) add('kind = ?', kind)
  if (createdBefore !== undefined) add('created_at < ?', millis(createdBefore))
  if (typeof after === 'string') add('id > ?', after)
  if (status === 'revoked') add('revoked = 1')
  if (status === 'active') add('revoked = 0 AND (ends_at IS NULL OR ends_at > ?)', millis(now ?? ''))
  if (status === 'ended') add('revoked = 0 AND ends_at <= ?', millis(now ?? ''))
  const sql = `SELECT id AS cursor, record AS text FROM portcullis_tokens WHERE ${terms.join(' AND ')} ORDER BY id LIMIT ?`
  return [sql, ...values, limit + 1]
}

export function selectDue(now: string, limit: number, after?: string | null): BoundStatement {
  const sql = `SELECT due_at || ' ' || id AS cursor, record AS text FROM portcullis_tokens
    WHERE due_at <= ? AND (due_at, id) > (?, ?) ORDER BY due_at, id LIMIT ?`
  return [sql, millis(now), ...dueCursor(after), limit + 1]
}

export function selectEvent(token: string, command: string): BoundStatement {
  return ['SELECT event AS text FROM portcullis_events WHERE token = ? AND command = ?', token, command]
}

export function selectTrail(token: string): BoundStatement {
  return ['SELECT event AS text FROM portcullis_events WHERE token = ? ORDER BY sequence', token]
}

export function selectTombstone(id: string): BoundStatement {
  return ['SELECT tombstone AS text FROM portcullis_tombstones WHERE id = ?', id]
}

export function selectOutbox(limit: number): BoundStatement {
  return ['SELECT notice AS text FROM portcullis_outbox ORDER BY position LIMIT ?', limit]
}

export function deleteNotice(key: string): BoundStatement {
  return ['DELETE FROM portcullis_outbox WHERE key = ?', key]
}

/** Counts the active tokens for a guard, without those that the change writes. */
export function countActive({ guard, kind, tenant, owner, now }: Guard, writes: readonly RecordWrite[]): BoundStatement {
  const values: Cell[] = [kind, tenant, millis(now)]
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
  return [sql, ...values]
}

/** Returns a row if the token has this revision. */
export function selectRevision(id: string, revision: number): BoundStatement {
  return ['SELECT 1 FROM portcullis_tokens WHERE id = ? AND revision = ?', id, revision]
}

/** Touches a token, if it has this revision. Later instants in the record are kept. */
export function touchRecord(id: string, revision: number, { lastUsedAt, secretUsedAt, endsAt, dueAt }: Touch): BoundStatement[] {
  const used = millis(lastUsedAt)
  const fields = present({ lastUsedAt, endsAt, dueAt })
  const sql = `UPDATE portcullis_tokens SET last_used_at = ?, ends_at = coalesce(?, ends_at), due_at = coalesce(?, due_at),
    record = json_set(record, ${places(fields)}) WHERE id = ? AND revision = ? AND coalesce(last_used_at, 0) < ?`
  const bound: BoundStatement[] = [[sql, used, millisOr(endsAt), millisOr(dueAt), ...fields.flat(), id, revision, used]]
  const secretUsed = millisOr(secretUsedAt)
  if (secretUsed !== null) {
    const first = present({ secretUsedAt })
    const sql = `UPDATE portcullis_tokens SET record = json_set(record, ${places(first)})
      WHERE id = ? AND revision = ? AND coalesce(record ->> '$.secretUsedAt', '') < ?`
    bound.push([sql, ...first.flat(), id, revision, new Date(secretUsed).toISOString()])
  }
  return bound
}

// Each statement below takes effect only if the SQL condition `only` is true.

export function deleteClaim({ claim, token }: Claim, only = 'true'): BoundStatement {
  return [`DELETE FROM portcullis_claims WHERE claim = ? AND token = ? AND ${only}`, claim, token]
}

/** Makes a claim. Changes no row if another token holds it. */
export function insertClaim({ claim, token }: Claim, only = 'true'): BoundStatement {
  const sql = `INSERT INTO portcullis_claims (claim, token) SELECT ?, ? WHERE ${only}
    ON CONFLICT (claim) DO UPDATE SET token = excluded.token WHERE token = excluded.token`
  return [sql, claim, token]
}

/** Writes one record. Changes no row if it has another revision. */
export function writeRecord({ id, was, record }: RecordWrite, only = 'true'): BoundStatement {
  if (record === null) return [`DELETE FROM portcullis_tokens WHERE id = ? AND revision = ? AND ${only}`, id, was]
  const row = columnsOf(record)
  const columns: [string, Cell][] = [
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
    const sql = `INSERT INTO portcullis_tokens (${names.join(', ')}, id) SELECT ${names.map(() => '?').join(', ')}, ? WHERE ${only}`
    return [sql, ...values, id]
  }
  const sets = names.map((name) => `${name} = ?`).join(', ')
  return [`UPDATE portcullis_tokens SET ${sets} WHERE id = ? AND revision = ? AND ${only}`, ...values, id, was]
}

export function insertTombstone(tombstone: Tombstone, only = 'true'): BoundStatement {
  return [`INSERT INTO portcullis_tombstones (id, tombstone) SELECT ?, ? WHERE ${only}`, tombstone.id, lineOf(tombstone)]
}

export function insertEvent(event: TokenEvent, only = 'true'): BoundStatement {
  const sql = `INSERT INTO portcullis_events (token, sequence, command, event) SELECT ?, ?, ?, ? WHERE ${only}`
  return [sql, event.token, event.sequence, event.command, lineOf(event)]
}

/** Leaves a notice alone whose key exists already. */
export function insertNotice(notice: Notice, only = 'true'): BoundStatement {
  return [`INSERT OR IGNORE INTO portcullis_outbox (key, notice) SELECT ?, ? WHERE ${only}`, notice.key, lineOf(notice)]
}

/** The fields that are present, with their JSON paths in the record. */
function present(fields: Readonly<Record<string, string | null | undefined>>): [string, string][] {
  const given = Object.entries(fields).filter((field): field is [string, string] => typeof field[1] === 'string')
  return given.map(([name, value]) => [`$.${name}`, value])
}

function places(fields: readonly unknown[]): string {
  return fields.map(() => '?, ?').join(', ')
}
