import { StoreError } from '../../base/errors.js'
import { lineOf } from '../../base/json-text.js'
import type { Change, Claim, Guard, RecordWrite } from '../change.js'
import { columnsOf, millis, millisOr } from '../columns.js'

/** The JSON argument of the function `portcullis_commit`. */
export function changeJson({ writes, reads = [], guards, claims, releases, events, notices, tombstone }: Change): string {
  return JSON.stringify({
    writes: writes.map(writeOf),
    reads: reads.map(({ id, was }) => ({ id: lookupText(id), was })),
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

/**
 * Encodes a text for comparison: PostgreSQL has no character 0, so it becomes U+2400 0, and U+2400 is doubled.
 * Different texts stay different.
 */
export function lookupText(text: string): string {
  // Lone surrogates would all become the same replacement character.
  if (!text.isWellFormed()) throw new StoreError('A text to look up contains a lone surrogate')
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
