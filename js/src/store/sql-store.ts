import type { Change, CommitOutcome, Notice, TokenEvent } from './change.js'
import { millis } from './columns.js'
import type { TokenRecord, Tombstone } from './record.js'
import { documentsIn, dueCursor, page } from './result-rows.js'
import type { ListQuery, RecordPage, Store, Touch } from './store.js'

/** A statement and its values. No value is ever part of the SQL text. */
export type BoundStatement = readonly [sql: string, ...values: unknown[]]

/** The statements that every SQL engine has under these names. */
type ReadStatements = Readonly<Record<'get' | 'due' | 'event' | 'trail' | 'tombstone' | 'outbox', string>>

/** The reads of a store, as SQL. An engine adds how to run them, and the writes. */
export abstract class SqlStore implements Store {
  readonly #sql: ReadStatements
  readonly #selectPage: (query: ListQuery) => BoundStatement

  constructor(sql: ReadStatements, selectPage: (query: ListQuery) => BoundStatement) {
    this.#sql = sql
    this.#selectPage = selectPage
  }

  abstract commit(change: Change): Promise<CommitOutcome>
  abstract touch(id: string, revision: number, touch: Touch): Promise<boolean>
  abstract acknowledge(keys: readonly string[]): Promise<void>

  /** Runs one statement. What goes wrong, also while its values or rows are read, becomes a `StoreError`. */
  protected abstract query<T>(statement: () => BoundStatement, read: (rows: readonly unknown[]) => T): Promise<T>

  /** A text as the engine stores it. */
  protected key(text: string): string {
    return text
  }

  get(id: string): Promise<TokenRecord | null> {
    return this.query(() => [this.#sql.get, this.key(id)], (rows) => documentsIn<TokenRecord>(rows)[0] ?? null)
  }

  list(query: ListQuery): Promise<RecordPage> {
    return this.query(() => this.#selectPage(query), (rows) => page(rows, query.limit))
  }

  due(now: string, limit: number, after?: string | null): Promise<RecordPage> {
    return this.query(() => [this.#sql.due, millis(now), ...dueCursor(after), limit + 1], (rows) => page(rows, limit))
  }

  event(token: string, command: string): Promise<TokenEvent | null> {
    return this.query(() => [this.#sql.event, this.key(token), this.key(command)], (rows) => documentsIn<TokenEvent>(rows)[0] ?? null)
  }

  trail(token: string): Promise<readonly TokenEvent[]> {
    return this.query(() => [this.#sql.trail, this.key(token)], documentsIn<TokenEvent>)
  }

  tombstone(id: string): Promise<Tombstone | null> {
    return this.query(() => [this.#sql.tombstone, this.key(id)], (rows) => documentsIn<Tombstone>(rows)[0] ?? null)
  }

  outbox(limit: number): Promise<readonly Notice[]> {
    return this.query(() => [this.#sql.outbox, limit], documentsIn<Notice>)
  }
}
