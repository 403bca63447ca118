import { StoreError } from '../../base/errors.js'
import { schema } from '../../generated/sqlite.js'
import { type Cell, type Database, openDatabase, type Statement } from './driver.js'
import { SCHEMA } from './statements.js'

/** Milliseconds to wait for another process that writes. */
const BUSY = 5000

/** An open database file with its prepared statements. */
export class Connection {
  readonly #db: Database
  readonly #statements = new Map<string, Statement>()

  private constructor(db: Database) {
    this.#db = db
  }

  /** Opens a file, and creates the tables that do not exist. */
  static async open(path: string): Promise<Connection> {
    const database = await openDatabase(path)
    const db = new Connection(database)
    try {
      db.all(`PRAGMA busy_timeout = ${BUSY}`)
      await db.#writeAhead()
      db.all('PRAGMA synchronous = FULL')
      db.transaction(() => database.exec(schema))
      const [row] = db.all("SELECT value FROM portcullis_meta WHERE name = 'schema'") as { value: string }[]
      if (row?.value !== SCHEMA) throw new StoreError(`The tables have version ${row?.value}, but this package needs ${SCHEMA}`)
      return db
    } catch (cause) {
      db.close()
      throw cause
    }
  }

  /** All rows at once, so that no open statement blocks others. */
  all(sql: string, ...values: readonly unknown[]): unknown[] {
    return this.#prepared(sql).all(...(values as Cell[]))
  }

  run(sql: string, ...values: readonly unknown[]): number {
    return Number(this.#prepared(sql).run(...(values as Cell[])).changes)
  }

  /** Runs the work in a transaction. It is rolled back if the work throws or `keep` returns `false`. */
  transaction<T>(work: () => T, keep: (done: T) => boolean = () => true): T {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      const done = work()
      this.#db.exec(keep(done) ? 'COMMIT' : 'ROLLBACK')
      return done
    } catch (cause) {
      this.#rollback()
      throw cause
    }
  }

  close(): void {
    this.#statements.clear()
    this.#db.close()
  }

  /** The first switch to this mode does not wait for other processes by itself. */
  async #writeAhead(): Promise<void> {
    for (let waited = 0; ; waited += 20) {
      try {
        this.all('PRAGMA journal_mode = WAL')
        return
      } catch (cause) {
        if (waited >= BUSY) throw cause
        await new Promise((done) => setTimeout(done, 20))
      }
    }
  }

  #rollback(): void {
    try {
      this.#db.exec('ROLLBACK')
    } catch {
      // SQLite has rolled back already.
    }
  }

  #prepared(sql: string): Statement {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const prepared = this.#db.prepare(sql)
    this.#statements.set(sql, prepared)
    return prepared
  }
}
