import type { Actor, CommandOptions } from './command-types.js'
import { type ErrorCode, PortcullisError, StoreError, wrongType } from '../base/errors.js'
import { actorOf, commandInput, snapshot, tenantOf } from './command-input.js'
import { ownProperties } from '../base/own-properties.js'
import { accepted, type Executor } from './execute.js'
import type { TokenRecord } from '../store/record.js'
import type { RecordPage } from '../store/store.js'
import type { TokenId } from '../base/token-id.js'
import { due } from '../policy/lifecycle.js'

/** How far to go in one call. */
export interface PageOptions {
  /** How many tokens to look at, at most; by default 1,000. */
  readonly limit?: number
  /** Where to go on: the `next` of the call before. */
  readonly after?: string | null
}

/** Which tokens are meant: at least one of these must be said. */
export interface TokenSelection {
  /** By default the actor's; `null` for tokens without one. */
  readonly tenant?: string | null
  readonly owner?: string
  readonly kind?: string
  /** RFC 3339. */
  readonly createdBefore?: string
}

/** A token that a command could not be given for. */
export interface CommandFailure {
  readonly token: TokenId
  /** What was to be done; `null` when not even that could be worked out. */
  readonly command: string | null
  readonly code: ErrorCode
  readonly message: string
}

/** What became of a revocation of many. */
export interface RevokeWhereResult {
  /** How many this call revoked. */
  readonly revoked: number
  readonly failed: readonly CommandFailure[]
  /** Hand it in as `after`; `null` when there are no more. */
  readonly next: string | null
}

/** What a sweep did. */
export interface SweepResult {
  /** How often each command took effect, such as `{ remind: 3 }`. */
  readonly given: Readonly<Record<string, number>>
  readonly failed: readonly CommandFailure[]
  /** Hand it in as `after`; `null` when nothing else was due. */
  readonly next: string | null
  /** Whether nothing else was due. */
  readonly done: boolean
}

/** The host itself. */
const SYSTEM: Actor = { id: 'system', roles: ['system'] }

/** What tokens can be meant by. */
const WHERE: ReadonlySet<string> = new Set<keyof TokenSelection>(['tenant', 'owner', 'kind', 'createdBefore'])

/** So many commands at most for one token: time asks for a few, the rest is conflicts. */
const STEPS = 32

/** Tokens read at a time. */
const PAGE = 100

/** Revokes tokens page by page. */
export async function revokeWhere(executor: Executor, where: TokenSelection, options: CommandOptions & PageOptions): Promise<RevokeWhereResult> {
  const { limit, after, ...given } = ownProperties(options)
  const said = snapshot(where, 'where')
  assertSaid(said)
  const by = actorOf(given)
  const query = { ...said, tenant: tenantOf(said.tenant, by) }
  const base = given.id ?? crypto.randomUUID()
  const failed: CommandFailure[] = []
  let revoked = 0
  const read = (cursor: string | null, size: number) => {
    return executor.ask(() => executor.store.list({ ...query, after: cursor, limit: size }), base)
  }
  const next = await eachRecord(read, { limit, after }, async ({ id: token, revoked: before }) => {
    if (before) return
    const command = { ...given, by, id: `${base}:${token}` }
    try {
      if ((await executor.execute(commandInput('revoke', token, {}, command))).change !== null) revoked += 1
    } catch (error) {
      // What goes wrong with one token does not stop the others, but a store that fails does.
      if (!(error instanceof PortcullisError) || error instanceof StoreError) throw error
      failed.push({ token, command: 'revoke', code: error.code, message: error.message })
    }
  })
  return { revoked, failed, next }
}

/** A word misspelt must not mean everybody. */
function assertSaid(where: TokenSelection): void {
  const names = Object.keys(where)
  const known = names.every((name) => WHERE.has(name)) && names.length > 0
  if (!known) throw new PortcullisError('invalid_data', 'where must say which tokens are meant, and nothing else')
  for (const [name, value] of Object.entries(where)) {
    if (typeof value !== 'string' && !(name === 'tenant' && value === null)) throw wrongType(`where.${name}`, 'a string', value)
  }
}

/** Gives what is due, page by page. */
export async function sweep(executor: Executor, options: PageOptions): Promise<SweepResult> {
  const now = executor.now()
  const instant = new Date(now).toISOString()
  const given: Record<string, number> = {}
  const failed: CommandFailure[] = []
  const read = (cursor: string | null, size: number) => {
    return executor.ask(() => executor.store.due(instant, size, cursor), null)
  }
  const next = await eachRecord(read, ownProperties(options), async (record) => {
    const report = (command: string | null, code: ErrorCode, message: string) => {
      failed.push({ token: record.id, command, code, message })
    }
    for (const command of await caughtUp(executor, record, now, report)) given[command] = (given[command] ?? 0) + 1
  })
  return { given, failed, next, done: next === null }
}

/**
 * Gives one token what is due, and says which commands took effect. Each is given on the very record that it was due
 * for; when that was changed meanwhile, what is due is asked anew.
 */
async function caughtUp(
  executor: Executor,
  late: TokenRecord,
  now: number,
  report: (command: string | null, code: ErrorCode, message: string) => void,
): Promise<string[]> {
  const done: string[] = []
  let record: TokenRecord | null = late
  for (let steps = 0; record !== null && steps < STEPS; steps += 1) {
    const { id }: TokenRecord = record
    let command: string | null = null
    try {
      const [next] = due(executor.policy, record, { now }) as { command: string; id: string }[]
      if (next === undefined) return done
      command = next.command
      const input = { id: next.id, named: true, document: next, actor: SYSTEM, token: id }
      const step = await executor.step(input, SYSTEM, record)
      if (step === 'repeated' || step === 'conflict') {
        record = await executor.ask(() => executor.store.get(id), next.id)
      } else if (accepted(step)) {
        done.push(command)
        record = step.writes.find((write) => write.id === id)?.record ?? null
      } else {
        report(command, step.code, step.message)
        return done
      }
    } catch (error) {
      if (!(error instanceof PortcullisError) || error instanceof StoreError) throw error
      report(command, error.code, error.message)
      return done
    }
  }
  return done
}

/** Every record of a query, up to the limit; where to go on. */
async function eachRecord(
  read: (cursor: string | null, size: number) => Promise<RecordPage>,
  { limit = 1000, after = null }: { limit?: number | undefined; after?: string | null | undefined },
  visit: (record: TokenRecord) => Promise<void>,
): Promise<string | null> {
  if (!Number.isInteger(limit) || limit < 1) throw new TypeError('limit must be a count of at least 1')
  let next = after
  for (let left = limit; left > 0; ) {
    const page = await read(next, Math.min(PAGE, left))
    for (const record of page.records) await visit(record)
    next = page.next
    if (next === null) return null
    left -= page.records.length
  }
  return next
}
