import type { TokenRecord, TokenView } from '../store/record.js'

/** The fields that anyone who may see a token may see. */
const SHOWN = [
  'v',
  'id',
  'kind',
  'tenant',
  'owner',
  'createdBy',
  'name',
  'description',
  'grants',
  'applications',
  'networks',
  'createdAt',
  'secretIssuedAt',
  'secretUsedAt',
  'notBefore',
  'expiresAt',
  'notAfter',
  'idleAfter',
  'lastUsedAt',
  'extendedAt',
  'lock',
  'revoked',
  'renewedFrom',
  'renewedTo',
  'replaces',
  'reminded',
  'auditHead',
  'revision',
  'lastCommand',
  'endsAt',
  'dueAt',
] as const satisfies readonly (keyof TokenView)[]

/** The record as it may be shown and logged: without digests and unknown fields. */
export function viewOf(record: TokenRecord): TokenView {
  const { previous, renewal } = record
  const shown: Record<string, unknown> = {}
  for (const name of SHOWN) if (record[name] !== undefined) shown[name] = record[name]
  if (previous) shown['previous'] = only(previous, ['until', 'retired', 'leak'])
  if (renewal) {
    const { offer } = renewal
    const kept = only(renewal, ['every', 'mailTo', 'callback', 'renewedAt'])
    shown['renewal'] = offer ? { ...kept, offer: only(offer, ['at', 'until', 'attempt', 'used']) } : kept
  }
  return shown as unknown as TokenView
}

function only<T extends object>(object: T, names: readonly (keyof T)[]): Partial<T> {
  const kept: Partial<T> = {}
  for (const name of names) if (object[name] !== undefined) kept[name] = object[name]
  return kept
}
