// Changes like those that commands make, so that a store can be tested without a policy.
import { tokenId, type TokenId } from '../base/token-id.js'
import type { Change, Claim, CommitOutcome, Guard, Notice, RecordWrite, TokenEvent } from '../store/change.js'
import type { TokenRecord, Tombstone } from '../store/record.js'
import type { Store } from '../store/store.js'
import { expectEqual } from './check.js'

/** The current instant in the checks, and the instants next to it. */
export const NOW = '2026-11-21T12:00:00.000Z'
export const BEFORE = '2026-11-21T11:59:59.999Z'
export const AFTER = '2026-11-21T12:00:00.001Z'

export const COMMITTED: CommitOutcome = { outcome: 'committed' }
export const CONFLICT: CommitOutcome = { outcome: 'conflict' }
export const REPEATED: CommitOutcome = { outcome: 'repeated' }

/** An id like those in plaintexts: 16 characters. */
export function idOf(number: number): TokenId {
  return tokenId(String(number).padStart(16, '0'))
}

/** A record at revision 1. Some checks use texts that are not ids. */
export function recordOf(id: string, fields: Partial<TokenRecord> = {}): TokenRecord {
  return {
    v: 1,
    id: id as TokenId,
    kind: 'personal',
    owner: 'ada',
    name: 'ERP sync',
    grants: ['license:read'],
    digest: `sha256:${'0'.repeat(64)}`,
    createdAt: '2026-11-01T00:00:00.000Z',
    expiresAt: null,
    revision: 1,
    ...fields,
  }
}

/** The record at the next revision. */
export function after(record: TokenRecord, fields: Partial<TokenRecord> = {}): TokenRecord {
  return { ...record, ...fields, revision: record.revision + 1 }
}

/** A change with only these parts. */
export function changeOf(parts: Partial<Change>): Change {
  return { writes: [], tombstone: null, guards: [], claims: [], releases: [], events: [], notices: [], ...parts }
}

/** The change that creates a record. */
export function creation(record: TokenRecord, command = 'create', parts: Partial<Change> = {}): Change {
  return changeOf({ writes: [{ id: record.id, was: 0, record }], events: [eventOf(record, command)], ...parts })
}

/** The change to the next revision of a record. */
export function step(record: TokenRecord, command: string, parts: Partial<Change> & Partial<RecordWrite> = {}): Change {
  const { seen, ...rest } = parts
  const write: RecordWrite = { id: record.id, was: record.revision - 1, record, ...(seen === undefined ? {} : { seen }) }
  return changeOf({ writes: [write], events: [eventOf(record, command)], ...rest })
}

/** The change that deletes a record. */
export function deletion(record: TokenRecord, command = 'delete', parts: Partial<Change> = {}): Change {
  return changeOf({
    writes: [{ id: record.id, was: record.revision, record: null }],
    tombstone: tombstoneOf(record),
    events: [eventOf(after(record), command)],
    ...parts,
  })
}

export function eventOf({ id, tenant, revision }: TokenRecord, command: string): TokenEvent {
  return {
    v: 1,
    token: id,
    tenant: tenant ?? null,
    sequence: revision,
    command,
    event: 'edited',
    at: NOW,
    actor: { id: 'ada', roles: [], token: null },
    reason: null,
    changes: { name: { before: 'ERP sync', after: 'a\r\n{"event":"x"}\u2028' } },
    previous: revision === 1 ? null : `sha256:${revision - 1}`,
    head: `sha256:${revision}`,
  }
}

export function tombstoneOf({ id, kind, tenant, owner, name, revision }: TokenRecord): Tombstone {
  return {
    id,
    kind,
    tenant: tenant ?? null,
    owner,
    name: name ?? null,
    deletedAt: NOW,
    by: 'ada',
    reason: null,
    revision: revision + 1,
    auditHead: `sha256:${revision + 1}`,
  }
}

export function noticeOf(key: string, { id, tenant, owner, kind }: TokenRecord): Notice {
  return { key, notice: 'expired', group: [tenant ?? null, owner, 'expired', 'end'], tenant: tenant ?? null, owner, token: id, kind, at: NOW }
}

export function claimOf({ id, kind, tenant }: TokenRecord, name: string): Claim {
  return { claim: JSON.stringify([tenant ?? null, kind, ['name'], [name]]), token: id }
}

export function guardOf({ kind, tenant, owner }: TokenRecord, below: number, guard: Guard['guard'] = 'activePerOwner'): Guard {
  const whose = guard === 'activePerOwner' ? { owner } : {}
  return { guard, kind, tenant: tenant ?? null, ...whose, below, now: NOW }
}

/** Creates records and expects each to be committed. */
export async function put(store: Store, ...records: readonly TokenRecord[]): Promise<void> {
  for (const record of records) expectEqual(await store.commit(creation(record)), COMMITTED, 'a record is created')
}

/** One of several connections to the same data, in turn. */
export function turn(stores: readonly [Store, ...Store[]], number: number): Store {
  return stores[number % stores.length] ?? stores[0]
}

/** How often each outcome occurred, by its code or name. */
export function tally(outcomes: readonly CommitOutcome[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const outcome of outcomes) {
    const name = outcome.outcome === 'refused' ? outcome.code : outcome.outcome
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}
