import { StoreError } from '../../base/errors.js'
import { statements } from '../../generated/postgres.js'
import type { Change, CommitOutcome, Notice, TokenEvent } from '../change.js'
import { millis } from '../columns.js'
import type { TokenRecord, Tombstone } from '../record.js'
import { documentsIn, dueCursor, firstDocument, page } from '../result-rows.js'
import type { ListQuery, RecordPage, Store, Touch } from '../store.js'
import { changeJson, lookupText, outcomeOf } from './change.js'
import { Connections } from './connection.js'
import { openPool, type PostgresPool } from './driver.js'
import { selectPage } from './page.js'
import { touchToken } from './touch.js'

export type { PostgresPool, PostgresQuery, PostgresResult } from './driver.js'

/** A store in a PostgreSQL database. */
export interface PostgresStore extends Store {
  /** Closes the connections that it opened; a pool of yours stays open. The store connects again on next use. */
  close(): Promise<void>
}

/** How to connect to the server. */
export interface PostgresOptions {
  /** Milliseconds for a statement, and for getting a connection. Default: 5,000. */
  readonly timeout?: number
  /** The largest number of connections that it opens. Default: 10. A pool of yours has its own limit. */
  readonly connections?: number
}

/**
 * A store in a PostgreSQL database (12 and later), which any number of processes may share, native services included.
 * `where` is a connection string, which needs the package `pg`, or a pool of `pg`.
 *
 * It connects on first use and creates the tables that do not exist. The server must be the primary; a replica is
 * refused. A change is one statement and one transaction. If the server does not answer, the error says that the
 * outcome is unknown; repeat the command with the same id.
 *
 * A pool must be a real pool, not a connection inside a transaction, and brings its own timeouts. Errors never contain
 * the connection string, a password or a record.
 */
export function postgres(where: string | PostgresPool, { timeout = 5_000, connections = 10 }: PostgresOptions = {}): PostgresStore {
  if (typeof where === 'string' ? !isConnectionString(where) : typeof where?.query !== 'function') {
    throw new TypeError('where must be a pool, or a connection string: postgres://user:password@host:5432/database')
  }
  if (!(Number.isSafeInteger(timeout) && timeout > 0)) throw new TypeError('timeout must be a number of milliseconds')
  if (!(Number.isSafeInteger(connections) && connections > 0)) throw new TypeError('connections must be a number above 0')
  return new Postgres(async () => {
    const pool = typeof where === 'string' ? await openPool({ connectionString: where, max: connections, timeout }) : where
    return Connections.open(pool, typeof where === 'string', timeout)
  })
}

class Postgres implements PostgresStore {
  readonly #open: () => Promise<Connections>
  #opening: Promise<Connections> | undefined

  constructor(open: () => Promise<Connections>) {
    this.#open = open
  }

  get(id: string): Promise<TokenRecord | null> {
    return this.#with(async (db) => firstDocument(await db.read(statements.get, lookupText(id))))
  }

  commit(change: Change): Promise<CommitOutcome> {
    return this.#with(async (db) => {
      const rows = await db.write(statements.commit, changeJson(change))
      return outcomeOf(change, rows)
    })
  }

  touch(id: string, revision: number, touch: Touch): Promise<boolean> {
    return this.#with((db) => touchToken(db, id, revision, touch))
  }

  list(query: ListQuery): Promise<RecordPage> {
    return this.#with(async (db) => {
      const { text, values } = selectPage(query)
      return page(await db.read(text, ...values), query.limit)
    })
  }

  due(now: string, limit: number, after?: string | null): Promise<RecordPage> {
    return this.#with(async (db) => {
      return page(await db.read(statements.due, millis(now), ...dueCursor(after), limit + 1), limit)
    })
  }

  event(token: string, command: string): Promise<TokenEvent | null> {
    return this.#with(async (db) => {
      return firstDocument(await db.read(statements.event, lookupText(token), lookupText(command)))
    })
  }

  trail(token: string): Promise<readonly TokenEvent[]> {
    return this.#with(async (db) => {
      return documentsIn(await db.read(statements.trail, lookupText(token)))
    })
  }

  tombstone(id: string): Promise<Tombstone | null> {
    return this.#with(async (db) => {
      return firstDocument(await db.read(statements.tombstone, lookupText(id)))
    })
  }

  outbox(limit: number): Promise<readonly Notice[]> {
    return this.#with(async (db) => {
      return documentsIn(await db.read(statements.outbox, limit))
    })
  }

  acknowledge(keys: readonly string[]): Promise<void> {
    return this.#with(async (db) => {
      await db.write(statements.acknowledge, keys.map(lookupText))
    })
  }

  async close(): Promise<void> {
    const opening = this.#opening
    this.#opening = undefined
    await (await opening?.catch(() => undefined))?.close()
  }

  async #with<T>(work: (db: Connections) => Promise<T>): Promise<T> {
    this.#opening ??= this.#open()
    const opening = this.#opening
    let db: Connections
    try {
      db = await opening
    } catch (cause) {
      // The next call tries again.
      if (this.#opening === opening) this.#opening = undefined
      throw cause
    }
    try {
      return await work(db)
    } catch (cause) {
      if (cause instanceof StoreError) throw cause
      // The cause is dropped: a JSON error would repeat the text.
      throw new StoreError('A change or a question cannot be written as the store writes it, or what is stored cannot be read')
    }
  }
}

/** Whether a text is a connection string. The parse error is not reported, because the text contains a password. */
function isConnectionString(text: string): boolean {
  try {
    // An empty host means a socket, which is named after the question mark.
    return ['postgres:', 'postgresql:'].includes(new URL(text.replace('@/', '@socket/')).protocol)
  } catch {
    return false
  }
}
