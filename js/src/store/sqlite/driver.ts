import { StoreError } from '../../base/errors.js'
import { importDriver } from '../driver.js'

/** A value in a statement. Instants and counts fit into a number. */
export type Cell = string | number | null

/** A prepared statement. */
export interface Statement {
  run(...values: Cell[]): { readonly changes: number | bigint }
  all(...values: Cell[]): unknown[]
}

/** The part of a synchronous SQLite driver that the store needs. It is the same in all of them. */
export interface Database {
  exec(sql: string): unknown
  prepare(sql: string): Statement
  close(): unknown
}

type Constructor = new (path: string, options?: object) => Database

/** The drivers, the platform's own first. They are loaded when the first database is opened. */
const DRIVERS: readonly { readonly module: string; readonly name: string; readonly options?: object }[] = [
  { module: 'node:sqlite', name: 'DatabaseSync' },
  { module: 'bun:sqlite', name: 'Database', options: { create: true, readwrite: true } },
  { module: 'libsql', name: 'default' },
]

/** Opens a database with the first driver that this platform has. */
export async function openDatabase(path: string): Promise<Database> {
  const missing: unknown[] = []
  for (const { module, name, options } of DRIVERS) {
    let found: Constructor | undefined
    try {
      found = (await importDriver<Record<string, Constructor>>(module))[name]
    } catch (cause) {
      missing.push(cause)
    }
    if (found !== undefined) return new found(path, ...(options === undefined ? [] : [options]))
  }
  throw new StoreError('There is no SQLite: Node 22.13 or later, Deno and Bun include it; elsewhere npm install libsql', {
    cause: new AggregateError(missing),
  })
}
