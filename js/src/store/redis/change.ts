import { lineOf } from '../../base/json-text.js'
import type { Change, Guard, RecordWrite } from '../change.js'
import { columnsOf, millis, millisOr } from '../columns.js'
import type { TokenRecord } from '../record.js'

/** The argument of the script's `commit`. What is `null` in the change is absent here. */
export function changeOf({ writes, reads = [], guards, claims, releases, events, notices, tombstone }: Change): object {
  return {
    writes: writes.map(writeOf),
    reads: reads.map(({ id, was }) => ({ id, was })),
    guards: guards.map(guardOf),
    claims: claims.map(({ claim, token }) => ({ claim, token })),
    releases: releases.map(({ claim, token }) => ({ claim, token })),
    events: events.map((event) => ({ token: event.token, sequence: event.sequence, command: event.command, text: lineOf(event) })),
    notices: notices.map((notice) => ({ key: notice.key, text: lineOf(notice) })),
    tombstone: tombstone === null ? undefined : { id: tombstone.id, text: lineOf(tombstone) },
  }
}

function writeOf({ id, was, seen, record }: RecordWrite): object {
  // Absent: no check. `false`: the token was not used.
  const used = seen === undefined ? undefined : millisOr(seen) ?? false
  return { id, was, seen: used, row: record === null ? undefined : rowOf(record) }
}

/** A record and the fields that it is found by. */
export function rowOf(record: TokenRecord): object {
  const { tenant, kind, owner, revision, revoked, createdAt, endsAt, dueAt, lastUsedAt } = columnsOf(record)
  return {
    tenant: tenant ?? undefined,
    kind,
    owner,
    revision,
    revoked: revoked || undefined,
    created: createdAt,
    ends: endsAt ?? undefined,
    due: dueAt ?? undefined,
    used: lastUsedAt ?? undefined,
    secret: millisOr(record.secretUsedAt) ?? undefined,
    record: JSON.stringify(record),
  }
}

function guardOf({ guard, kind, tenant, owner, below, now }: Guard): object {
  const of = guard === 'activePerOwner' ? owner ?? '' : undefined
  return { kind, tenant: tenant ?? undefined, owner: of, below, now: millis(now) }
}
