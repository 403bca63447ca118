import { StoreError } from '../../base/errors.js'
import type { Change, CommitOutcome, Notice, TokenEvent } from '../change.js'
import type { TokenRecord, Tombstone } from '../record.js'
import { documentsIn, firstDocument, page } from '../result-rows.js'
import type { ListQuery, RecordPage, Store, Touch } from '../store.js'
import { commit, touchToken } from './commit.js'
import { Connection } from './connection.js'
import { deleteNotice, selectDue, selectEvent, selectOutbox, selectPage, selectRecord, selectTombstone, selectTrail } from './statements.js'

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

class Sqlite implements SqliteStore {
  readonly #path: string
  #opening: Promise<Connection> | undefined

  constructor(path: string) {
    this.#path = path
  }

  get(id: string): Promise<TokenRecord | null> {
    return this.#read((db) => firstDocument<TokenRecord>(db.all(...selectRecord(id))))
  }

  commit(change: Change): Promise<CommitOutcome> {
    return this.#write((db) => commit(db, change), ({ outcome }) => outcome === 'committed')
  }

  touch(id: string, revision: number, touch: Touch): Promise<boolean> {
    return this.#write((db) => touchToken(db, id, revision, touch))
  }

  list(query: ListQuery): Promise<RecordPage> {
    return this.#read((db) => page(db.all(...selectPage(query)), query.limit))
  }

  due(now: string, limit: number, after?: string | null): Promise<RecordPage> {
    return this.#read((db) => page(db.all(...selectDue(now, limit, after)), limit))
  }

  event(token: string, command: string): Promise<TokenEvent | null> {
    return this.#read((db) => firstDocument<TokenEvent>(db.all(...selectEvent(token, command))))
  }

  trail(token: string): Promise<readonly TokenEvent[]> {
    return this.#read((db) => documentsIn<TokenEvent>(db.all(...selectTrail(token))))
  }

  tombstone(id: string): Promise<Tombstone | null> {
    return this.#read((db) => firstDocument<Tombstone>(db.all(...selectTombstone(id))))
  }

  outbox(limit: number): Promise<readonly Notice[]> {
    return this.#read((db) => documentsIn<Notice>(db.all(...selectOutbox(limit))))
  }

  acknowledge(keys: readonly string[]): Promise<void> {
    return this.#write((db) => {
      for (const key of keys) db.run(...deleteNotice(key))
    })
  }

  async close(): Promise<void> {
    const opening = this.#opening
    this.#opening = undefined
    const db = await opening?.catch(() => undefined)
    db?.close()
  }

  async #read<T>(work: (db: Connection) => T): Promise<T> {
    const db = await this.#connection()
    try {
      return work(db)
    } catch (cause) {
      throw failed(cause)
    }
  }

  /** Runs the work in a transaction, which is rolled back unless `keep` returns `true`. */
  async #write<T>(work: (db: Connection) => T, keep?: (done: T) => boolean): Promise<T> {
    const db = await this.#connection()
    try {
      return db.transaction(() => work(db), keep)
    } catch (cause) {
      throw failed(cause)
    }
  }

  async #connection(): Promise<Connection> {
    this.#opening ??= Connection.open(this.#path)
    const opening = this.#opening
    try {
      return await opening
    } catch (cause) {
      // The next call tries again.
      if (this.#opening === opening) this.#opening = undefined
      throw failed(cause)
    }
  }
}

/** Errors of SQLite become the `cause`; they contain no values. */
function failed(cause: unknown): StoreError {
  return cause instanceof StoreError ? cause : new StoreError('The SQLite store failed', { cause })
}
