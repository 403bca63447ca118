// The statements for the tables in sql/sqlite.sql, in a file or in D1.
import { lineOf } from '../../base/json-text.js'
import { statements } from '../../generated/sqlite.js'
import type { Change, Guard, RecordWrite } from '../change.js'
import { columnsOf, millis, millisOr } from '../columns.js'
import type { BoundStatement } from '../sql-store.js'
import type { ListQuery, Touch } from '../store.js'

/** The version of the tables that this package reads and writes. */
export const SCHEMA = '1'

export function selectPage({ tenant = null, owner, kind, status, now, createdBefore, after, limit }: ListQuery): BoundStatement {
  const terms = ['tenant IS ?']
  const values: unknown[] = [tenant]
  const add = (term: string, ...more: unknown[]) => {
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

/** Counts the active tokens for a guard, without those that the change writes. */
export function countActive({ guard, kind, tenant, owner, below, now }: Guard, writes: readonly RecordWrite[]): BoundStatement {
  const values: unknown[] = [kind, tenant, millis(now), JSON.stringify(writes.map(({ id }) => id))]
  if (guard === 'activePerOwner') return [statements.countOfOwner, ...values, owner ?? null, below]
  return [statements.countOfTenant, ...values, below]
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

/** The same statement, which writes only if an SQL condition is true. */
export function onlyWhere(condition: string, [sql, ...values]: BoundStatement): BoundStatement {
  return [sql.replace(' true', ` ${condition}`), ...values]
}

/** The documents that a change adds. Only notices may exist already. */
export function insertDocuments({ tombstone, events, notices }: Change): BoundStatement[] {
  return [
    ...(tombstone === null ? [] : [[statements.insertTombstone, tombstone.id, lineOf(tombstone)] as const]),
    ...events.map((event) => [statements.insertEvent, event.token, event.sequence, event.command, lineOf(event)] as const),
    ...notices.map((notice) => [statements.insertNotice, notice.key, lineOf(notice)] as const),
  ]
}

/** Writes one record. Changes no row if it has another revision. */
export function writeRecord({ id, was, record }: RecordWrite): BoundStatement {
  if (record === null) return [statements.deleteRecord, id, was]
  const { tenant, kind, owner, revision, revoked, createdAt, endsAt, dueAt, lastUsedAt } = columnsOf(record)
  const values = [tenant, kind, owner, revision, revoked ? 1 : 0, createdAt, endsAt, dueAt, lastUsedAt, JSON.stringify(record), id]
  return was === 0 ? [statements.insertRecord, ...values] : [statements.updateRecord, ...values, was]
}

/** The fields that are present, with their JSON paths in the record. */
function present(fields: Readonly<Record<string, string | null | undefined>>): [string, string][] {
  const given = Object.entries(fields).filter((field): field is [string, string] => typeof field[1] === 'string')
  return given.map(([name, value]) => [`$.${name}`, value])
}

function places(fields: readonly unknown[]): string {
  return fields.map(() => '?, ?').join(', ')
}
