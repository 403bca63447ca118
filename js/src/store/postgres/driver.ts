import { StoreError } from '../../base/errors.js'
import { importDriver } from '../driver.js'

/** A statement with its values, in the form of `pg`. */
export interface PostgresQuery {
  readonly text: string
  readonly values?: unknown[]
}

/** The result of a statement. */
export interface PostgresResult {
  readonly rows: readonly object[]
  readonly rowCount: number | null
}

/** The part of a `Pool` of `pg` that the store needs. */
export interface PostgresPool {
  /** Runs a statement on any connection, as a transaction of its own. */
  query(query: PostgresQuery): Promise<PostgresResult>
}

/** A pool that this package opened and closes. */
export interface OwnPool extends PostgresPool {
  on(event: 'error', listener: () => void): unknown
  end(): Promise<void>
}

/** How to open a pool. */
export interface PoolOptions {
  readonly connectionString: string
  readonly max: number
  readonly timeout: number
}

type Constructor = new (options: object) => OwnPool

/** Opens a pool. It connects with the first statement. */
export async function openPool({ connectionString, max, timeout }: PoolOptions): Promise<OwnPool> {
  let Pool: Constructor | undefined
  try {
    Pool = (await importDriver<{ default?: { Pool?: Constructor } }>('pg')).default?.Pool
  } catch (cause) {
    throw new StoreError('No PostgreSQL driver is installed: npm install pg, or pass a pool', { cause })
  }
  if (Pool === undefined) throw new StoreError('The installed pg has no Pool: install version 8')
  const pool = new Pool({
    connectionString,
    max,
    application_name: 'portcullis',
    allowExitOnIdle: true,
    keepAlive: true,
    connectionTimeoutMillis: timeout,
    query_timeout: timeout,
    // The server gives up first, so its error says what happened to the statement.
    statement_timeout: Math.ceil(timeout * 0.9),
  })
  // An idle connection that breaks is replaced by the next one that is needed.
  pool.on('error', () => undefined)
  return pool
}
