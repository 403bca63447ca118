import type { RecordPage } from './store.js'

interface Text {
  readonly text: string
}

/** The JSON documents in the column `text`. */
export function documentsIn<T>(rows: readonly unknown[]): T[] {
  return (rows as readonly Text[]).map(({ text }) => JSON.parse(text) as T)
}

/** The first document, if there is one. */
export function firstDocument<T>(rows: readonly unknown[]): T | null {
  return documentsIn<T>(rows)[0] ?? null
}

/** A page of records. One row more than the limit was asked for, which shows whether there are more. */
export function page(rows: readonly unknown[], limit: number): RecordPage {
  const found = rows as readonly (Text & { readonly cursor: string })[]
  const shown = found.slice(0, limit)
  return { records: documentsIn(shown), next: found.length > limit ? (shown.at(-1)?.cursor ?? null) : null }
}

/** Where a page of due records continues: after this instant and id. */
export function dueCursor(after: string | null | undefined): [number, string] {
  const [, at, id] = /^(\d+):(.*)$/s.exec(after ?? '') ?? ['', '0', '']
  return [Number(at), id as string]
}
