import { StoreError } from '../../base/errors.js'
import { statements } from '../../generated/sqlite.js'
import type { Change, CommitOutcome } from '../change.js'
import { LazyConnection } from '../lazy-connection.js'
import { type BoundStatement, SqlStore } from '../sql-store.js'
import type { Store, Touch } from '../store.js'
import { commit, touchToken } from './commit.js'
import { Connection } from './connection.js'
import { selectPage } from './statements.js'

/** A store in an SQLite file. */
export interface SqliteStore extends Store {
  /** Closes the file. The store opens it again on next use. */
  close(): Promise<void>
}

/**
 * A store in an SQLite file, which processes on the same machine may share, native services included. The file and its
 * tables are created on first use. `':memory:'` keeps nothing.
 *
 * It uses write-ahead logging and waits for the disk at every commit, so a revocation survives a power failure. Do not
 * put the file on a network file system.
 */
export function sqlite(path: string): SqliteStore {
  if (typeof path !== 'string' || path === '') throw new TypeError('path must be the name of a file')
  return new Sqlite(path)
}

class Sqlite extends SqlStore implements SqliteStore {
  readonly #connection: LazyConnection<Connection>

  constructor(path: string) {
    super(statements, selectPage)
    this.#connection = new LazyConnection(() => Connection.open(path))
  }

  commit(change: Change): Promise<CommitOutcome> {
    return this.#write((db) => commit(db, change), ({ outcome }) => outcome === 'committed')
  }

  touch(id: string, revision: number, touch: Touch): Promise<boolean> {
    return this.#write((db) => touchToken(db, id, revision, touch))
  }

  acknowledge(keys: readonly string[]): Promise<void> {
    return this.#write((db) => {
      for (const key of keys) db.run(statements.acknowledge, key)
    })
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  protected query<T>(statement: () => BoundStatement, read: (rows: readonly unknown[]) => T): Promise<T> {
    return this.#with((db) => read(db.all(...statement())))
  }

  /** Runs the work in a transaction, which is rolled back unless `keep` returns `true`. */
  #write<T>(work: (db: Connection) => T, keep?: (done: T) => boolean): Promise<T> {
    return this.#with((db) => db.transaction(() => work(db), keep))
  }

  /** Errors of SQLite become the `cause`; they contain no values. */
  async #with<T>(work: (db: Connection) => T): Promise<T> {
    try {
      return work(await this.#connection.get())
    } catch (cause) {
      throw cause instanceof StoreError ? cause : new StoreError('The SQLite store failed', { cause })
    }
  }
}
