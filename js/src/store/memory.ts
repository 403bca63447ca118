import type { Change, Claim, CommitOutcome, Guard, RecordWrite, TokenEvent } from './change.js'
import { type Columns, columnsOf, millis, millisOr } from './columns.js'
import type { TokenRecord, Tombstone } from './record.js'
import { page, parsed } from './result-rows.js'
import type { ListQuery, Store, Touch } from './store.js'
import { applyTouch } from './touch.js'

/** A record as text, which callers cannot change, and its columns. */
interface Kept {
  readonly text: string
  readonly row: Columns
}

/**
 * A store in memory, for tests and first steps. It keeps the whole contract, and loses everything when the process
 * ends.
 */
export function memory(): Store {
  return new Memory()
}

class Memory implements Store {
  readonly #tokens = new Map<string, Kept>()
  readonly #claims = new Map<string, string>()
  /** By token: the text of each event by its command, in the order of the commits. */
  readonly #events = new Map<string, Map<string, string>>()
  readonly #tombstones = new Map<string, string>()
  readonly #outbox = new Map<string, string>()

  async get(id: string) {
    return parsed<TokenRecord>(this.#tokens.get(id)?.text)
  }

  /** It never awaits, so no other change can come in between. */
  async commit(change: Change): Promise<CommitOutcome> {
    const { writes, reads = [], guards, claims, releases, events, notices, tombstone } = change
    // What cannot be serialized throws here, before anything is written.
    const kept = writes.map(({ record }) => record === null ? null : { text: JSON.stringify(record), row: columnsOf(record) })
    if (events.some(({ token, command }) => this.#events.get(token)?.has(command))) return { outcome: 'repeated' }
    if (!reads.every(({ id, was }) => this.#tokens.get(id)?.row.revision === was)) return { outcome: 'conflict' }
    if (!writes.every((write) => this.#unchanged(write))) return { outcome: 'conflict' }
    const broken = guards.find((guard) => this.#active(guard, writes) >= guard.below)
    if (broken !== undefined) return { outcome: 'refused', code: 'limit_reached', guard: broken }
    const taken = claims.find((claim, index) => this.#taken(claim, releases, claims.slice(0, index)))
    if (taken !== undefined) return { outcome: 'refused', code: 'not_unique', claim: taken }

    for (const { claim, token } of releases) if (this.#claims.get(claim) === token) this.#claims.delete(claim)
    for (const { claim, token } of claims) this.#claims.set(claim, token)
    writes.forEach(({ id }, index) => {
      const now = kept[index] ?? null
      if (now === null) this.#tokens.delete(id)
      else this.#tokens.set(id, now)
    })
    if (tombstone !== null) this.#tombstones.set(tombstone.id, JSON.stringify(tombstone))
    for (const event of events) {
      const trail = this.#events.get(event.token) ?? new Map<string, string>()
      this.#events.set(event.token, trail.set(event.command, JSON.stringify(event)))
    }
    for (const notice of notices) {
      if (!this.#outbox.has(notice.key)) this.#outbox.set(notice.key, JSON.stringify(notice))
    }
    return { outcome: 'committed' }
  }

  async touch(id: string, revision: number, touch: Touch) {
    const kept = this.#tokens.get(id)
    if (kept?.row.revision !== revision) return false
    const record = applyTouch(JSON.parse(kept.text) as TokenRecord, touch)
    this.#tokens.set(id, { text: JSON.stringify(record), row: columnsOf(record) })
    return true
  }

  async list({ tenant = null, owner, kind, status, now, createdBefore, after, limit }: ListQuery) {
    const instant = status === undefined || status === 'revoked' ? 0 : millis(now ?? '')
    const before = millisOr(createdBefore) ?? Infinity
    const found = [...this.#tokens].filter(([id, { row }]) => {
      return row.tenant === tenant
        && (owner === undefined || row.owner === owner)
        && (kind === undefined || row.kind === kind)
        && (status === undefined || statusOf(row, instant) === status)
        && row.createdAt < before
        && (typeof after !== 'string' || id > after)
    })
    found.sort(([one], [other]) => (one < other ? -1 : 1))
    return page(found.map(([id, { text }]) => ({ cursor: id, text })), limit)
  }

  async due(now: string, limit: number, after?: string | null) {
    const instant = millis(now)
    const cursor = ([id, { row }]: [string, Kept]) => `${String(row.dueAt).padStart(16, '0')} ${id}`
    const found = [...this.#tokens].filter((entry) => {
      const { dueAt } = entry[1].row
      return dueAt !== null && dueAt <= instant && (typeof after !== 'string' || cursor(entry) > after)
    })
    found.sort((one, other) => (cursor(one) < cursor(other) ? -1 : 1))
    return page(found.map((entry) => ({ cursor: cursor(entry), text: entry[1].text })), limit)
  }

  async event(token: string, command: string) {
    return parsed<TokenEvent>(this.#events.get(token)?.get(command))
  }

  async trail(token: string) {
    const events = [...(this.#events.get(token)?.values() ?? [])]
    return events.map((text) => JSON.parse(text)).sort((one, other) => one.sequence - other.sequence)
  }

  async tombstone(id: string) {
    return parsed<Tombstone>(this.#tombstones.get(id))
  }

  async outbox(limit: number) {
    return [...this.#outbox.values()].slice(0, limit).map((text) => JSON.parse(text))
  }

  async acknowledge(keys: readonly string[]) {
    for (const key of keys) this.#outbox.delete(key)
  }

  #unchanged({ id, was, seen }: RecordWrite): boolean {
    const kept = this.#tokens.get(id)
    if (kept === undefined) return was === 0 && !this.#tombstones.has(id)
    if (kept.row.revision !== was) return false
    return seen === undefined || (kept.row.lastUsedAt ?? 0) <= (millisOr(seen) ?? 0)
  }

  #active({ guard, kind, tenant, owner, now }: Guard, writes: readonly RecordWrite[]): number {
    const instant = millis(now)
    let count = 0
    for (const [id, { row }] of this.#tokens) {
      const counted = row.kind === kind
        && row.tenant === tenant
        && (guard === 'activePerTenant' || row.owner === owner)
        && statusOf(row, instant) === 'active'
        && !writes.some((write) => write.id === id)
      if (counted) count += 1
    }
    return count
  }

  #taken({ claim, token }: Claim, releases: readonly Claim[], earlier: readonly Claim[]): boolean {
    if (earlier.some((other) => other.claim === claim && other.token !== token)) return true
    const holder = this.#claims.get(claim)
    if (holder === undefined || holder === token) return false
    return !releases.some((release) => release.claim === claim && release.token === holder)
  }
}

function statusOf({ revoked, endsAt }: Columns, now: number): ListQuery['status'] {
  if (revoked) return 'revoked'
  return endsAt === null || endsAt > now ? 'active' : 'ended'
}
