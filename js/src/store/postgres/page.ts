import { millis } from '../columns.js'
import type { BoundStatement } from '../sql-store.js'
import type { ListQuery } from '../store.js'
import { lookupText } from './change.js'

/** The statement for a list. All values are parameters. */
export function selectPage(query: ListQuery): BoundStatement {
  const { tenant = null, owner, kind, status, now, createdBefore, after, limit } = query
  const terms: string[] = []
  const values: unknown[] = []
  const add = (term: string, value: unknown) => {
    const place = `$${values.push(value)}`
    terms.push(term.replaceAll('?', place))
  }
  if (tenant === null) terms.push('tenant_key = 0 AND tenant IS NULL')
  else add('tenant_key = hashtextextended(?, 0) AND tenant = ?', lookupText(tenant))
  if (owner !== undefined) add('owner_key = hashtextextended(?, 0) AND owner = ?', lookupText(owner))
  if (kind !== undefined) add('kind = ?', lookupText(kind))
  if (createdBefore !== undefined) add('created_at < ?', millis(createdBefore))
  if (typeof after === 'string') add('id > ?', after)
  if (status === 'revoked') terms.push('revoked')
  if (status === 'active') add('NOT revoked AND ends_at > ?', millis(now ?? ''))
  if (status === 'ended') add('NOT revoked AND ends_at <= ?', millis(now ?? ''))
  const text = `SELECT id AS cursor, record AS text FROM portcullis_tokens WHERE ${terms.join(' AND ')}
    ORDER BY id LIMIT $${values.push(limit + 1)}`
  return [text, ...values]
}
