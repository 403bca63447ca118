import type { Change, Claim, CommitOutcome, Guard, RecordWrite } from '../change.js'
import { StoreError } from '../../base/errors.js'
import { lineOf } from '../../base/json-text.js'
import { millis, millisOr, columnsOf } from '../columns.js'

/** A change as the function `portcullis_commit` reads it: one JSON text. */
export function changeJson({ writes, guards, claims, releases, events, notices, tombstone }: Change): string {
  return JSON.stringify({
    writes: writes.map(writeOf),
    guards: guards.map(guardOf),
    claims: claims.map(claimOf),
    releases: releases.map(claimOf),
    events: events.map((event) => {
      return { token: lookupText(event.token), sequence: event.sequence, command: lookupText(event.command), event: lineOf(event) }
    }),
    notices: notices.map((notice) => ({ key: lookupText(notice.key), notice: lineOf(notice) })),
    tombstone: tombstone === null ? null : { id: lookupText(tombstone.id), tombstone: lineOf(tombstone) },
  })
}

/** What the function said became of a change. */
export function outcomeOf({ guards, claims }: Change, rows: readonly object[]): CommitOutcome {
  const [said] = rows as readonly { outcome: string; number: number | null }[]
  const [outcome, number] = [said?.outcome, said?.number ?? -1]
  const [guard, claim] = [guards[number], claims[number]]
  if (outcome === 'committed' || outcome === 'conflict' || outcome === 'repeated') return { outcome }
  if (outcome === 'limit_reached' && guard !== undefined) return { outcome: 'refused', code: outcome, guard }
  if (outcome === 'not_unique' && claim !== undefined) return { outcome: 'refused', code: outcome, claim }
  throw new StoreError('PostgreSQL answered with no outcome: it is not known whether the change was written')
}

/**
 * A text that is looked up, as PostgreSQL takes it: it has no character 0, so U+2400 0 stands for that, and U+2400 twice
 * for U+2400. No two texts become one.
 */
export function lookupText(text: string): string {
  // A lone surrogate would become the same replacement character as any other.
  if (!text.isWellFormed()) throw new StoreError('A text that the store looks up holds half a character')
  return text.replace(/[\0\u2400]/g, (character) => (character === '\0' ? '\u24000' : '\u2400\u2400'))
}

function writeOf({ id, was, seen, record }: RecordWrite) {
  const write = { id: lookupText(id), was, seen: seen === undefined ? null : (millisOr(seen) ?? 0) }
  if (record === null) return { ...write, record: null }
  const row = columnsOf(record)
  return {
    ...write,
    record: JSON.stringify(record),
    tenant: row.tenant === null ? null : lookupText(row.tenant),
    kind: lookupText(row.kind),
    owner: lookupText(row.owner),
    revision: row.revision,
    revoked: row.revoked,
    created_at: row.createdAt,
    ends_at: row.endsAt,
    due_at: row.dueAt,
    last_used_at: row.lastUsedAt,
  }
}

function guardOf({ guard, kind, tenant, owner, below, now }: Guard) {
  return {
    kind: lookupText(kind),
    tenant: tenant === null ? null : lookupText(tenant),
    owner: guard === 'activePerOwner' ? lookupText(owner ?? '') : null,
    below,
    now: millis(now),
  }
}

function claimOf({ claim, token }: Claim) {
  return { claim: lookupText(claim), token: lookupText(token) }
}
