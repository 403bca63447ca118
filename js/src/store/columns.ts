import type { TokenRecord } from './record.js'

/** The fields of a record that a store searches by; instants in milliseconds. */
export interface Columns {
  readonly tenant: string | null
  readonly kind: string
  readonly owner: string
  readonly revision: number
  readonly revoked: boolean
  readonly createdAt: number
  readonly endsAt: number | null
  readonly dueAt: number | null
  readonly lastUsedAt: number | null
}

/** The columns of a record. Throws if an instant is invalid. */
export function columnsOf(record: TokenRecord): Columns {
  return {
    tenant: record.tenant ?? null,
    kind: record.kind,
    owner: record.owner,
    revision: record.revision,
    revoked: (record.revoked ?? null) !== null,
    createdAt: millis(record.createdAt),
    endsAt: millisOr(record.endsAt),
    dueAt: millisOr(record.dueAt),
    lastUsedAt: millisOr(record.lastUsedAt),
  }
}

/** An RFC 3339 instant in milliseconds. */
export function millis(instant: string): number {
  const millis = Date.parse(instant)
  if (Number.isNaN(millis)) throw new TypeError('An instant in a record or query is not RFC 3339')
  return millis
}

/** The same for an instant that may be absent. */
export function millisOr(instant: string | null | undefined): number | null {
  return instant === null || instant === undefined ? null : millis(instant)
}
