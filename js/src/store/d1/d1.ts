import { StoreError } from '../../base/errors.js'
import { withMethods } from '../../base/options.js'
import { schema, statements } from '../../generated/sqlite.js'
import type { Change, CommitOutcome } from '../change.js'
import { type BoundStatement, SqlStore } from '../sql-store.js'
import { selectPage, touchRecord } from '../sqlite/statements.js'
import type { Store, Touch } from '../store.js'
import { batchOf, outcomeOf } from './commit.js'

/** The part of a D1 statement that the store needs. */
export interface D1Statement {
  bind(...values: unknown[]): D1Statement
  all(): Promise<{ readonly results: readonly unknown[] }>
}

/** The part of a D1 binding that the store needs, as a worker has it in `env`. */
export interface D1Database {
  prepare(sql: string): D1Statement
  batch(statements: D1Statement[]): Promise<readonly { readonly results: readonly unknown[] }[]>
}

/**
 * A store in a Cloudflare D1 database. It creates no tables: apply `sql/sqlite.sql` of this package as a migration, or
 * call {@link createTables}. A commit is one batch, so one round trip.
 *
 * Pass the binding itself, which reads from the primary. A session of D1's read replication may return older records:
 * that is good enough for a gate, but not for commands.
 */
export function d1(database: D1Database): Store {
  return new D1Store(expectDatabase(database))
}

/** Creates the tables that do not exist yet, like `sql/sqlite.sql`. */
export async function createTables(database: D1Database): Promise<void> {
  const tables = schema.split(';\n').filter((sql) => sql.trim() !== '')
  await batch(expectDatabase(database), () => tables.map((sql) => [sql]))
}

class D1Store extends SqlStore {
  readonly #db: D1Database

  constructor(db: D1Database) {
    super(statements, selectPage)
    this.#db = db
  }

  async commit(change: Change): Promise<CommitOutcome> {
    return outcomeOf(change, await batch(this.#db, () => batchOf(change)))
  }

  async touch(id: string, revision: number, touch: Touch): Promise<boolean> {
    const found = await batch(this.#db, () => [...touchRecord(id, revision, touch), [statements.getAtRevision, id, revision]])
    return found.length > 0
  }

  async acknowledge(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await batch(this.#db, () => keys.map((key) => [statements.acknowledge, key]))
  }

  protected query<T>(statement: () => BoundStatement, read: (rows: readonly unknown[]) => T): Promise<T> {
    return asked(async () => read((await prepared(this.#db, statement()).all()).results))
  }
}

/** The rows of the last of several statements, which take effect together or not at all. */
async function batch(db: D1Database, bound: () => BoundStatement[]): Promise<readonly unknown[]> {
  return asked(async () => (await db.batch(bound().map((statement) => prepared(db, statement)))).at(-1)?.results ?? [])
}

function prepared(db: D1Database, [sql, ...values]: BoundStatement): D1Statement {
  const statement = db.prepare(sql)
  return values.length === 0 ? statement : statement.bind(...values)
}

/** Errors of D1 become the `cause`; they contain no values. */
async function asked<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question()
  } catch (cause) {
    const bare = cause instanceof Error && cause.message.includes('no such table: portcullis_')
    const help = 'has no tables: apply sql/sqlite.sql of the package portcullis as a migration'
    throw new StoreError(bare ? `The D1 database ${help}` : 'The D1 store failed', { cause })
  }
}

function expectDatabase(database: D1Database): D1Database {
  return withMethods('database', 'a D1 binding, such as env.DB', database, 'prepare', 'batch')
}
