import { StoreError } from '../../base/errors.js'
import { wholeNumber } from '../../base/options.js'
import { milliseconds } from '../../base/timeout.js'
import { statements } from '../../generated/postgres.js'
import type { Change, CommitOutcome } from '../change.js'
import { millisOr } from '../columns.js'
import { LazyConnection } from '../lazy-connection.js'
import { outcomeOf } from '../outcome.js'
import { type BoundStatement, SqlStore } from '../sql-store.js'
import type { Store, Touch } from '../store.js'
import { touchHere } from '../touch.js'
import { changeJson, lookupText } from './change.js'
import { Connections } from './connection.js'
import { openPool, type PostgresPool } from './driver.js'
import { selectPage } from './page.js'

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
    throw new TypeError('where must be a pool or a connection string, such as postgres://user:password@host:5432/database')
  }
  milliseconds('timeout', timeout)
  wholeNumber('connections', connections)
  return new Postgres(async () => {
    const pool = typeof where === 'string' ? await openPool({ connectionString: where, max: connections, timeout }) : where
    return Connections.open(pool, typeof where === 'string', timeout)
  })
}

class Postgres extends SqlStore implements PostgresStore {
  readonly #connections: LazyConnection<Connections>

  constructor(open: () => Promise<Connections>) {
    super(statements, selectPage)
    this.#connections = new LazyConnection(open)
  }

  commit(change: Change): Promise<CommitOutcome> {
    return this.#with(async (db) => {
      const [said] = await db.write<{ outcome: string; number: number | null }>(statements.commit, changeJson(change))
      return outcomeOf(said?.outcome, said?.number ?? -1, change)
    })
  }

  touch(id: string, revision: number, touch: Touch): Promise<boolean> {
    return this.#with((db) => {
      const key = lookupText(id)
      const read = async () => (await db.read<{ text: string }>(statements.getAtRevision, key, revision))[0]?.text ?? null
      return touchHere(revision, touch, read, async (after, _, before) => {
        const instants = [millisOr(after.lastUsedAt), millisOr(after.endsAt), millisOr(after.dueAt)]
        return (await db.write(statements.touch, key, revision, before, ...instants, JSON.stringify(after))).length === 1
      })
    })
  }

  acknowledge(keys: readonly string[]): Promise<void> {
    return this.#with(async (db) => {
      await db.write(statements.acknowledge, keys.map(lookupText))
    })
  }

  close(): Promise<void> {
    return this.#connections.close()
  }

  protected query<T>(statement: () => BoundStatement, read: (rows: readonly unknown[]) => T): Promise<T> {
    return this.#with(async (db) => read(await db.read(...statement())))
  }

  protected override key(text: string): string {
    return lookupText(text)
  }

  async #with<T>(work: (db: Connections) => Promise<T>): Promise<T> {
    const db = await this.#connections.get()
    try {
      return await work(db)
    } catch (cause) {
      if (cause instanceof StoreError) throw cause
      // The cause is dropped: a JSON error would repeat the text.
      throw new StoreError('PostgreSQL cannot store a change or answer a query with these values, or a stored document is damaged')
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
