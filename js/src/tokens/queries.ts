import type { TokenEvent } from '../store/change.js'
import type { CommandOptions } from './command-types.js'
import { RefusedError } from '../base/errors.js'
import type { OverviewRequest, OverviewRow } from '../policy/overview.js'
import { type TrailFault, verifyTrail } from '../policy/trail.js'
import { actorOf, snapshot, tenantOf } from './command-input.js'
import type { Executor } from './execute.js'
import type { TokenRecord, TokenView, Tombstone } from '../store/record.js'
import type { ListQuery } from '../store/store.js'
import type { SubjectDocument } from '../policy/subject.js'
import type { TokenId } from '../base/token-id.js'
import { overview, reach, type Reach } from '../policy/lifecycle.js'
import { viewOf } from './view.js'

/** The audit trail of a token. */
export interface AuditTrail {
  readonly events: readonly TokenEvent[]
  /** Whether it is as it was written, and all there. */
  readonly verified: boolean
  /** What is wrong with it. */
  readonly faults: readonly TrailFault[]
}

/** Which tokens to show, and in which order. */
export interface OverviewQuery extends NonNullable<OverviewRequest['filter']> {
  /** By default the actor's. */
  readonly tenant?: string | null
  /** The order within a page. */
  readonly sort?: OverviewRequest['sort']
  /** Present rights of owners, for kinds that ask for them: without them nobody shows as suspended. */
  readonly subjects?: readonly SubjectDocument[]
  /** How many tokens to look at, at most; by default 500. Those that the actor may not see, or that the filter leaves out, count. */
  readonly limit?: number
  /** The `next` of the page before. */
  readonly after?: string | null
}

/** A page of a list for people. */
export interface OverviewPage {
  readonly rows: readonly OverviewRow[]
  /** Hand it in as `after`; `null` when there are no more. */
  readonly next: string | null
}

/** Who asks. */
export type ActorOptions = Pick<CommandOptions, 'by'>

/** What a store can leave out beforehand, for a status that rows have. */
const BEFOREHAND: ReadonlyMap<string, NonNullable<ListQuery['status']>> = new Map([
  ['active', 'active'],
  ['pending', 'active'],
  ['expired', 'ended'],
  ['idle', 'ended'],
  ['revoked', 'revoked'],
])

/** Rows for a list, of the tokens that the actor may see. */
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
  const { records, next } = await executor.ask(() => executor.store.list(wanted), null)
  const known = await executor.known(actor, null)
  const { rows } = overview(executor.policy, { records, actor: known as object, subjects, filter, sort }, { now })
  return { rows, next }
}

/** A token, for an actor who may see it. */
export async function find(executor: Executor, token: TokenId, options: ActorOptions): Promise<TokenView> {
  const record = await executor.ask(() => executor.store.get(token), null)
  await assertSeen(executor, record, options)
  return viewOf(record as TokenRecord)
}

/** Reads and checks a trail, for an actor who may see the token. */
export async function trailOf(executor: Executor, token: TokenId, options: ActorOptions): Promise<AuditTrail> {
  const { store } = executor
  const kept = await executor.ask(async () => (await store.get(token)) ?? (await store.tombstone(token)), null)
  await assertSeen(executor, kept, options)
  const events = await executor.ask(() => store.trail(token), null)
  const { intact, faults } = verifyTrail({ events, head: kept?.auditHead, token }, executor.auditKey)
  return { events, verified: intact, faults }
}

/** Which instances a token may touch. */
export async function reachOf(executor: Executor, token: TokenId, permission: string, subject?: SubjectDocument): Promise<Reach> {
  const record = await executor.ask(() => executor.store.get(token), null)
  if (record === null) throw unknown()
  return reach(executor.policy, { record, permission, subject })
}

/** Whoever may see a token in a list may see it here. A tombstone says of which kind, and whose, a token was. */
async function assertSeen(executor: Executor, kept: TokenRecord | Tombstone | null, options: ActorOptions): Promise<void> {
  const actor = await executor.known(actorOf(options), null)
  const { rows } = overview(executor.policy, { records: kept === null ? [] : [kept], actor: actor as object }, { now: executor.now() })
  if (rows.length === 0) throw unknown()
}

function unknown(): RefusedError {
  return new RefusedError({ code: 'unknown', field: null, message: 'There is no such token; look it up in the list of tokens.' })
}
