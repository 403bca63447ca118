// A commit as one batch: D1 has no other transactions, and no JavaScript runs inside one.
import { StoreError } from '../../base/errors.js'
import { statements } from '../../generated/sqlite.js'
import type { Change, CommitOutcome, Guard, RecordWrite } from '../change.js'
import { millisOr } from '../columns.js'
import type { BoundStatement } from '../sql-store.js'
import { countActive, insertDocuments, onlyWhere, SCHEMA, writeRecord } from '../sqlite/statements.js'

/** A condition that stops a change, and the outcome in that case. */
interface Check {
  readonly outcome: CommitOutcome
  /** A condition in SQL; the change is stopped if it is true. */
  readonly forbids: BoundStatement
}

/** All writes below depend on this condition. */
const ALLOWED = "(SELECT value FROM portcullis_meta WHERE name = 'verdict') = 'committed'"

/** The verdict is kept in a row that exists only during this batch. */
const OPEN: BoundStatement = [
  `INSERT INTO portcullis_meta (name, value)
    SELECT 'verdict', CASE WHEN value = ? THEN 'committed' ELSE 'schema' END FROM portcullis_meta WHERE name = 'schema'`,
  SCHEMA,
]

const CLOSE: BoundStatement = ["DELETE FROM portcullis_meta WHERE name = 'verdict' RETURNING value"]

/**
 * The statements of a change. The checks set the verdict, and the first that fails decides; the writes happen only if
 * all checks passed. The last statement returns the verdict for `outcomeOf`.
 */
export function batchOf(change: Change): BoundStatement[] {
  const { writes, claims, releases } = change
  return [
    OPEN,
    ...checksOf(change).map(({ forbids: [sql, ...values] }, index): BoundStatement => {
      return [`UPDATE portcullis_meta SET value = ? WHERE name = 'verdict' AND value = 'committed' AND ${sql}`, `${index}`, ...values]
    }),
    ...[
      ...releases.map(({ claim, token }) => [statements.releaseClaim, claim, token] as const),
      ...claims.map(({ claim, token }) => [statements.takeClaim, claim, token] as const),
      ...writes.map(writeRecord),
      ...insertDocuments(change),
    ].map((write) => onlyWhere(ALLOWED, write)),
    CLOSE,
  ]
}

/** The outcome of a change, from the rows of the last statement. */
export function outcomeOf(change: Change, rows: readonly unknown[]): CommitOutcome {
  const [row] = rows as readonly { readonly value: string }[]
  if (row?.value === 'committed') return { outcome: 'committed' }
  const check = checksOf(change)[Number(row?.value)]
  if (check === undefined) throw new StoreError(`The D1 database has tables of another version, but this package needs ${SCHEMA}`)
  return check.outcome
}

/** In the order of the contract. */
function checksOf({ writes, reads = [], guards, claims, releases, events }: Change): Check[] {
  return [
    ...events.map(({ token, command }): Check => ({ outcome: { outcome: 'repeated' }, forbids: exists([statements.event, token, command]) })),
    ...reads.map(({ id, was }): Check => ({ outcome: { outcome: 'conflict' }, forbids: missing([statements.getAtRevision, id, was]) })),
    ...writes.map((write): Check => ({ outcome: { outcome: 'conflict' }, forbids: changed(write) })),
    ...guards.map((guard): Check => {
      return { outcome: { outcome: 'refused', code: 'limit_reached', guard }, forbids: full(guard, writes) }
    }),
    ...claims.map((claim, index): Check => {
      const contested = claims.slice(0, index).some((other) => other.claim === claim.claim && other.token !== claim.token)
      const freed = releases.filter((release) => release.claim === claim.claim).map(({ token }) => token)
      const held = 'EXISTS (SELECT 1 FROM portcullis_claims WHERE claim = ? AND token <> ?'
      const forbids: BoundStatement = contested
        ? ['true']
        : [`${held}${freed.map(() => ' AND token <> ?').join('')})`, claim.claim, claim.token, ...freed]
      return { outcome: { outcome: 'refused', code: 'not_unique', claim }, forbids }
    }),
  ]
}

/** Whether the stored record is not the one that the write replaces. */
function changed({ id, was, seen }: RecordWrite): BoundStatement {
  if (was === 0) {
    const [sql, ...values] = exists([statements.tombstone, id])
    return [`(EXISTS (SELECT 1 FROM portcullis_tokens WHERE id = ?) OR ${sql})`, id, ...values]
  }
  const unused = seen === undefined ? '' : ' AND coalesce(last_used_at, 0) <= ?'
  const values = seen === undefined ? [] : [millisOr(seen) ?? 0]
  return [`NOT EXISTS (SELECT 1 FROM portcullis_tokens WHERE id = ? AND revision = ?${unused})`, id, was, ...values]
}

function full(guard: Guard, writes: readonly RecordWrite[]): BoundStatement {
  const [sql, ...values] = countActive(guard, writes)
  return [`(${sql}) >= ?`, ...values, guard.below]
}

function missing(statement: BoundStatement): BoundStatement {
  const [sql, ...values] = exists(statement)
  return [`NOT ${sql}`, ...values]
}

function exists([sql, ...values]: BoundStatement): BoundStatement {
  return [`EXISTS (${sql})`, ...values]
}
