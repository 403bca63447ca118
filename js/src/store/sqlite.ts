import type { Change, Committed, Notice, TokenEvent } from '../change.js'
import { StoreError } from '../errors.js'
import type { TokenRecord, Tombstone } from '../record.js'
import type { ListQuery, Page, Store, Touch } from '../store.js'
import { millis } from './row.js'
import { commit, happened, note } from './sqlite-commit.js'
import { Connection } from './sqlite-connection.js'
import type { Cell } from './sqlite-driver.js'

/** A store in an SQLite file. */
export interface SqliteStore extends Store {
  /** Closes the file. It is opened again if the store is used once more. */
  close(): Promise<void>
}

/**
 * Keeps tokens in an SQLite file, which processes on the same machine may share, also those of the native host. The
 * file and its tables are made at first use; `':memory:'` keeps nothing.
 *
 * It writes ahead (WAL) and waits for the disk at each commit: what was revoked stays revoked when the power goes. It
 * is no store for a network file system.
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
    return this.#read((db) => one<TokenRecord>(db.all('SELECT record AS text FROM portcullis_tokens WHERE id = ?', id)))
  }

  commit(change: Change): Promise<Committed> {
    return this.#write((db) => commit(db, change), ({ outcome }) => outcome === 'committed')
  }

  touch(id: string, revision: number, touch: Touch): Promise<boolean> {
    return this.#write((db) => note(db, id, revision, touch))
  }

  list({ tenant = null, owner, kind, status, now, createdBefore, after, limit }: ListQuery): Promise<Page> {
    const terms = ['tenant IS ?']
    const values: Cell[] = [tenant]
    const add = (term: string, ...more: Cell[]) => {
      terms.push(term)
      values.push(...more)
    }
    return this.#read((db) => {
      if (owner !== undefined) add('owner = ?', owner)
      if (kind !== undefined) add('kind = ?', kind)
      if (createdBefore !== undefined) add('created_at < ?', millis(createdBefore))
      if (typeof after === 'string') add('id > ?', after)
      if (status === 'revoked') add('revoked = 1')
      if (status === 'active') add('revoked = 0 AND (ends_at IS NULL OR ends_at > ?)', millis(now ?? ''))
      if (status === 'ended') add('revoked = 0 AND ends_at <= ?', millis(now ?? ''))
      const sql = `SELECT id AS cursor, record AS text FROM portcullis_tokens WHERE ${terms.join(' AND ')} ORDER BY id LIMIT ?`
      return page(db.all(sql, ...values, limit + 1), limit)
    })
  }

  due(now: string, limit: number, after?: string | null): Promise<Page> {
    return this.#read((db) => {
      const [, at, id] = /^(\d+) (.*)$/s.exec(after ?? '') ?? ['', '0', '']
      const sql = `SELECT due_at || ' ' || id AS cursor, record AS text FROM portcullis_tokens
        WHERE due_at <= ? AND (due_at, id) > (?, ?) ORDER BY due_at, id LIMIT ?`
      return page(db.all(sql, millis(now), Number(at), id as string, limit + 1), limit)
    })
  }

  done(token: string, command: string): Promise<boolean> {
    return this.#read((db) => happened(db, token, command))
  }

  trail(token: string): Promise<readonly TokenEvent[]> {
    return this.#read((db) => {
      return many<TokenEvent>(db.all('SELECT event AS text FROM portcullis_events WHERE token = ? ORDER BY sequence', token))
    })
  }

  tombstone(id: string): Promise<Tombstone | null> {
    return this.#read((db) => {
      return one<Tombstone>(db.all('SELECT tombstone AS text FROM portcullis_tombstones WHERE id = ?', id))
    })
  }

  outbox(limit: number): Promise<readonly Notice[]> {
    return this.#read((db) => {
      return many<Notice>(db.all('SELECT notice AS text FROM portcullis_outbox ORDER BY position LIMIT ?', limit))
    })
  }

  acknowledge(keys: readonly string[]): Promise<void> {
    return this.#write((db) => {
      for (const key of keys) db.run('DELETE FROM portcullis_outbox WHERE key = ?', key)
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

  /** One transaction, which stays if `keep` says so of its result. */
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


/** What SQLite said is the cause; it repeats no value. */
function failed(cause: unknown): StoreError {
  return cause instanceof StoreError ? cause : new StoreError('The SQLite store failed', { cause })
}

interface Text {
  readonly text: string
}

function many<T>(rows: readonly unknown[]): T[] {
  return (rows as readonly Text[]).map(({ text }) => JSON.parse(text) as T)
}

function one<T>(rows: readonly unknown[]): T | null {
  return many<T>(rows)[0] ?? null
}

function page(rows: readonly unknown[], limit: number): Page {
  const found = rows as readonly (Text & { readonly cursor: string })[]
  const shown = found.slice(0, limit)
  return { records: many(shown), next: found.length > limit ? (shown.at(-1)?.cursor ?? null) : null }
}
