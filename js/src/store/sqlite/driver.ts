import { StoreError } from '../../base/errors.js'

/** What SQLite takes; instants and counts fit into a number. */
export type Cell = string | number | null

/** One prepared statement. */
export interface Statement {
  run(...values: Cell[]): { readonly changes: number | bigint }
  all(...values: Cell[]): unknown[]
}

/** The part of a synchronous SQLite that the store needs: it is alike in all of them. */
export interface Database {
  exec(sql: string): unknown
  prepare(sql: string): Statement
  close(): unknown
}

type Constructor = new (path: string, options?: object) => Database

/** Bundlers leave this import as it is: it is for the platform that runs the bundle. */
const load = (name: string) => import(/* webpackIgnore: true */ /* @vite-ignore */ name) as Promise<Record<string, Constructor>>

/** Where a database comes from, the platform's own first. Nothing is loaded before the first one is opened. */
const DRIVERS: readonly { readonly module: string; readonly name: string; readonly options?: object }[] = [
  { module: 'node:sqlite', name: 'DatabaseSync' },
  { module: 'bun:sqlite', name: 'Database', options: { create: true, readwrite: true } },
  { module: 'libsql', name: 'default' },
]

/** Opens the database with whatever SQLite this platform has. */
export async function openDatabase(path: string): Promise<Database> {
  const missing: unknown[] = []
  for (const { module, name, options } of DRIVERS) {
    let found: Constructor | undefined
    try {
      found = (await load(module))[name]
    } catch (cause) {
      missing.push(cause)
    }
    if (found !== undefined) return new found(path, ...(options === undefined ? [] : [options]))
  }
  throw new StoreError('There is no SQLite here: Node 22.13 and later, Deno and Bun bring it, elsewhere npm install libsql', {
    cause: new AggregateError(missing),
  })
}
