// A commit as one batch, which is the only transaction that D1 has, and in which no JavaScript runs.
import type { Change, CommitOutcome, Guard, RecordWrite } from '../change.js'
import { StoreError } from '../../base/errors.js'
import { millisOr } from '../columns.js'
import { type BoundStatement, selectTombstone, insertTombstone, insertClaim, countActive, selectEvent, insertNotice, insertEvent, deleteClaim, SCHEMA, writeRecord } from '../sqlite/statements.js'

/** One condition that forbids a change, and what becomes of the change then. */
interface Check {
  readonly outcome: CommitOutcome
  /** In SQL: it forbids where it is true. */
  readonly forbids: BoundStatement
}

/** Every statement below writes where this holds, and nowhere else. */
const ALLOWED = "(SELECT value FROM portcullis_meta WHERE name = 'verdict') = 'committed'"

/** The verdict stands in a row of its own, which no other batch ever sees: it is gone when this one ends. */
const OPEN: BoundStatement = [
  `INSERT INTO portcullis_meta (name, value)
    SELECT 'verdict', CASE WHEN value = ? THEN 'committed' ELSE 'schema' END FROM portcullis_meta WHERE name = 'schema'`,
  SCHEMA,
]

const CLOSE: BoundStatement = ["DELETE FROM portcullis_meta WHERE name = 'verdict' RETURNING value"]

/**
 * A change as statements: the verdict is reached check by check, the first one that forbids stands; then all is written
 * if there was none. The last statement returns the verdict, which `outcomeOf` reads.
 */
export function batchOf(change: Change): BoundStatement[] {
  const { writes, claims, releases, events, notices, tombstone } = change
  return [
    OPEN,
    ...checksOf(change).map(({ forbids: [sql, ...values] }, index): BoundStatement => {
      return [`UPDATE portcullis_meta SET value = ? WHERE name = 'verdict' AND value = 'committed' AND ${sql}`, `${index}`, ...values]
    }),
    ...releases.map((release) => deleteClaim(release, ALLOWED)),
    ...claims.map((claim) => insertClaim(claim, ALLOWED)),
    ...writes.map((write) => writeRecord(write, ALLOWED)),
    ...(tombstone === null ? [] : [insertTombstone(tombstone, ALLOWED)]),
    ...events.map((event) => insertEvent(event, ALLOWED)),
    ...notices.map((notice) => insertNotice(notice, ALLOWED)),
    CLOSE,
  ]
}

/** What became of a change, by the rows that the last statement of its batch returned. */
export function outcomeOf(change: Change, rows: readonly unknown[]): CommitOutcome {
  const [row] = rows as readonly { readonly value: string }[]
  if (row?.value === 'committed') return { outcome: 'committed' }
  const check = checksOf(change)[Number(row?.value)]
  if (check === undefined) throw new StoreError(`The D1 database has tables of another version than ${SCHEMA}, which this package knows`)
  return check.outcome
}

/** In the order of the contract. */
function checksOf({ writes, guards, claims, releases, events }: Change): Check[] {
  return [
    ...events.map(({ token, command }): Check => ({ outcome: { outcome: 'repeated' }, forbids: exists(selectEvent(token, command)) })),
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

/** Whether the record is not what a write replaces. */
function changed({ id, was, seen }: RecordWrite): BoundStatement {
  if (was === 0) {
    const [sql, ...values] = exists(selectTombstone(id))
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

function exists([sql, ...values]: BoundStatement): BoundStatement {
  return [`EXISTS (${sql})`, ...values]
}
