import type { TokenRecord } from './record.js'
import type { RecordPage } from './store.js'

/** A record as text, and where a page that ends with it continues. */
export interface PageRow {
  readonly cursor: string
  readonly text: string
}

export function parsed<T>(text: string | null | undefined): T | null {
  return text === null || text === undefined ? null : (JSON.parse(text) as T)
}

/** The JSON documents in the column `text`. */
export function documentsIn<T>(rows: readonly unknown[]): T[] {
  return (rows as readonly { readonly text: string }[]).map(({ text }) => JSON.parse(text) as T)
}

/** A page of records. One row more than the limit was asked for, which shows whether there are more. */
export function page(rows: readonly unknown[], limit: number): RecordPage {
  const found = rows as readonly PageRow[]
  const shown = found.slice(0, limit)
  return { records: documentsIn<TokenRecord>(shown), next: found.length > limit ? (shown.at(-1)?.cursor ?? null) : null }
}

/** Where a page of due records continues: after this instant and id. */
export function dueCursor(after: string | null | undefined): [number, string] {
  const [, at, id] = /^(\d+):(.*)$/s.exec(after ?? '') ?? ['', '0', '']
  return [Number(at), id as string]
}
