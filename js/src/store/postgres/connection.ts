import { StoreError } from '../../base/errors.js'
import { TIMED_OUT, withTimeout } from '../../base/timeout.js'
import { schema, statements } from '../../generated/postgres.js'
import type { OwnPool, PostgresPool } from './driver.js'
import { failed, isMissingTable, isRetryable } from './failure.js'

/** The version of the tables that this package reads and writes. */
const SCHEMA = '1'

/** How often a transaction is tried that another one got in the way of. */
const TRIES = 5

interface ServerState {
  readonly copy: boolean
  readonly isolation: string
  readonly schema: string | null
}

/** A pool whose server was checked and has the tables. */
export class Connections {
  readonly #pool: PostgresPool
  readonly #own: OwnPool | null
  readonly #timeout: number

  private constructor(pool: PostgresPool, own: OwnPool | null, timeout: number) {
    this.#pool = pool
    this.#own = own
    this.#timeout = timeout
  }

  /** Checks the server, and creates the tables that do not exist. `own` pools are closed by `close`. */
  static async open(pool: PostgresPool | OwnPool, own: boolean, timeout: number): Promise<Connections> {
    const connections = new Connections(pool, own ? (pool as OwnPool) : null, timeout)
    try {
      await connections.#prepare()
      return connections
    } catch (cause) {
      await connections.close()
      throw failed(cause, false)
    }
  }

  /** The rows of a read-only statement. */
  async read<Row extends object>(text: string, ...values: unknown[]): Promise<Row[]> {
    try {
      return (await this.#ask(text, values)).rows as Row[]
    } catch (cause) {
      throw failed(cause, false)
    }
  }

  /** The rows of a statement that writes. It is repeated if another transaction got in its way. */
  async write<Row extends object>(text: string, ...values: unknown[]): Promise<Row[]> {
    for (let tried = 1; ; tried += 1) {
      try {
        return (await this.#ask(text, values)).rows as Row[]
      } catch (cause) {
        if (tried === TRIES || !isRetryable(cause)) throw failed(cause, true)
      }
    }
  }

  async close(): Promise<void> {
    await this.#own?.end().catch(() => undefined)
  }

  async #prepare(): Promise<void> {
    const { copy, isolation, schema: found } = await this.#answer()
    if (copy) throw new StoreError('This PostgreSQL server is a replica: connect to the primary')
    if (isolation !== 'read committed') {
      throw new StoreError(`default_transaction_isolation is ${isolation}: set it to read committed for this pool`)
    }
    if (found !== SCHEMA) throw new StoreError(`The tables have version ${found}, but this package needs ${SCHEMA}`)
  }

  async #answer(): Promise<ServerState> {
    try {
      return this.#first(await this.#ask(statements.server, []))
    } catch (cause) {
      if (!isMissingTable(cause)) throw cause
    }
    await this.#ask(schema)
    return this.#first(await this.#ask(statements.server, []))
  }

  #first({ rows }: { readonly rows: readonly object[] }): ServerState {
    const [answer] = rows as readonly ServerState[]
    if (answer === undefined) throw new StoreError('PostgreSQL returned no row for the state of the server')
    return answer
  }

  /** A text without values may contain several statements. */
  async #ask(text: string, values?: unknown[]) {
    const asked = this.#pool.query(values === undefined ? { text } : { text, values })
    // An answer after the timeout is ignored.
    asked.catch(() => undefined)
    const answer = await withTimeout(asked, this.#timeout * 2)
    if (answer === TIMED_OUT) throw new Error('no answer in time')
    return answer
  }
}
