import { RefusedError } from '../base/errors.js'
import type { TokenId } from '../base/token-id.js'
import { refusals } from '../generated/refusals.js'
import { overview, reach, type Reach } from '../policy/lifecycle.js'
import type { OverviewRequest, OverviewRow } from '../policy/overview.js'
import type { SubjectDocument } from '../policy/subject.js'
import { type TrailFault, type TrailInput, type TrailReport, verifyTrail } from '../policy/trail.js'
import type { TokenEvent } from '../store/change.js'
import type { TokenRecord, TokenView, Tombstone } from '../store/record.js'
import type { ListQuery, RecordPage } from '../store/store.js'
import { actorOf, snapshot, tenantOf } from './command-input.js'
import type { CommandOptions } from './command-types.js'
import type { Executor } from './executor.js'
import { viewOf } from './view.js'

/** The audit trail of a token. */
export interface AuditTrail {
  readonly events: readonly TokenEvent[]
  /** Whether it is complete and unaltered. */
  readonly verified: boolean
  readonly faults: readonly TrailFault[]
}

/** Which tokens to list, and in which order. */
export interface OverviewQuery extends NonNullable<OverviewRequest['filter']> {
  /** Default: the actor's tenant. */
  readonly tenant?: string | null
  /** The order within a page. */
  readonly sort?: OverviewRequest['sort']
  /** Current rights of owners, for kinds with a subject. Without them no token is shown as suspended. */
  readonly subjects?: readonly SubjectDocument[]
  /**
   * The largest number of tokens to look at, including those that the actor may not see or the filter leaves out.
   * Default: 500.
   */
  readonly limit?: number
  /** The `next` of the previous page. */
  readonly after?: string | null
}

/** One page of a list of tokens. */
export interface OverviewPage {
  readonly rows: readonly OverviewRow[]
  /** Pass it as `after` to get the next page; `null` if this is the last one. */
  readonly next: string | null
}

/** Who asks. */
export type ActorOptions = Pick<CommandOptions, 'by'>

/** The filter of the store that narrows down a status of the rows. */
const BEFOREHAND: ReadonlyMap<string, NonNullable<ListQuery['status']>> = new Map([
  ['active', 'active'],
  ['pending', 'active'],
  ['expired', 'ended'],
  ['idle', 'ended'],
  ['revoked', 'revoked'],
])

/** `tokens.overview`. */
export async function overviewOf(executor: Executor, query: OverviewQuery, options: ActorOptions): Promise<OverviewPage> {
  const { tenant, sort, subjects, limit = 500, after = null, ...filter } = snapshot(query, 'the query')
  const actor = actorOf(options)
  const { owner, kind, status } = filter
  const now = executor.now()
  const beforehand = typeof status === 'string' ? BEFOREHAND.get(status) : undefined
  const wanted: ListQuery = {
    tenant: tenantOf(tenant, actor),
    ...(typeof owner === 'string' ? { owner } : {}),
    ...(typeof kind === 'string' ? { kind } : {}),
    ...(beforehand === undefined ? {} : { status: beforehand, now: new Date(now).toISOString() }),
    after,
    limit,
  }
  const { records, next } = await pageOf(executor, wanted)
  const known = await executor.withToken(actor, null)
  const { rows } = overview(executor.policy, { records, actor: known as object, subjects, filter, sort }, { now })
  return { rows, next }
}

/** The length of records, in characters of JSON, that the module reads in one call, with room for the rest. */
const PAGE = 6_000_000

/** A page that the module can read in one call: a shorter one where records are large. */
async function pageOf(executor: Executor, query: ListQuery): Promise<RecordPage> {
  for (let { limit } = query; ; limit = Math.ceil(limit / 2)) {
    const page = await executor.callStore(() => executor.store.list({ ...query, limit }), null)
    if (limit <= 1 || JSON.stringify(page.records).length <= PAGE) return page
  }
}

/** `tokens.find`. */
export async function find(executor: Executor, token: TokenId, options: ActorOptions): Promise<TokenView> {
  const record = await executor.callStore(() => executor.store.get(token), null)
  await assertSeen(executor, record, options)
  return viewOf(record as TokenRecord)
}

/** `tokens.trail`. */
export async function trailOf(executor: Executor, token: TokenId, options: ActorOptions): Promise<AuditTrail> {
  const { store } = executor
  const record = await executor.callStore(() => store.get(token), null)
  const tombstone = record === null ? await executor.callStore(() => store.tombstone(token), null) : null
  await assertSeen(executor, record ?? tombstone, options)
  const events = await executor.callStore(() => store.trail(token), null)
  const stored = record === null ? { tombstone } : { record }
  const { verified, faults } = verifyParts(events, { token, head: (record ?? tombstone)?.auditHead, ...stored }, executor.auditKey)
  return { events, verified, faults }
}

/** The length of events, in characters of JSON, that is verified in one call: well below what the module reads. */
const PART = 1_000_000

function verifyParts(events: readonly TokenEvent[], trail: Omit<TrailInput, 'events'>, auditKey: Uint8Array | undefined): TrailReport {
  let part: TokenEvent[] = []
  let length = 0
  let after: object | undefined
  for (const event of events) {
    if (length > PART) {
      const report = verifyTrail({ ...trail, events: part, after, more: true }, auditKey)
      if (report.faults.length > 0) return report
      after = report.state
      part = []
      length = 0
    }
    part.push(event)
    length += JSON.stringify(event).length
  }
  return verifyTrail({ ...trail, events: part, after }, auditKey)
}

/** `tokens.reach`. */
export async function reachOf(executor: Executor, token: TokenId, permission: string, subject?: SubjectDocument): Promise<Reach> {
  const record = await executor.callStore(() => executor.store.get(token), null)
  if (record === null) throw unknownToken()
  return reach(executor.policy, { record, permission, subject })
}

/**
 * An actor who may see the token in a list may read it and its trail. A tombstone tells the kind and owner of a deleted
 * token.
 */
async function assertSeen(executor: Executor, kept: TokenRecord | Tombstone | null, options: ActorOptions): Promise<void> {
  const actor = await executor.withToken(actorOf(options), null)
  const { rows } = overview(executor.policy, { records: kept === null ? [] : [kept], actor: actor as object }, { now: executor.now() })
  if (rows.length === 0) throw unknownToken()
}

/** The refusal for a token that does not exist, or that the actor may not see. */
export function unknownToken(): RefusedError {
  return new RefusedError({ code: 'unknown', field: null, message: refusals.unknown })
}
