import { PortcullisError, wrongType } from '../base/errors.js'
import { ownProperties } from '../base/own-properties.js'
import { actorOf, commandInput, snapshot, tenantOf } from './command-input.js'
import type { CommandOptions } from './command-types.js'
import type { Executor } from './executor.js'
import { type CommandFailure, eachRecord, failureOf, type PageOptions } from './pages.js'

/** Which tokens to revoke. At least one field is required. */
export interface TokenSelection {
  /** Default: the actor's tenant; `null` for tokens without one. */
  readonly tenant?: string | null
  readonly owner?: string
  readonly kind?: string
  /** RFC 3339. */
  readonly createdBefore?: string
}

/** The result of `revokeWhere`. */
export interface RevokeWhereResult {
  /** How many tokens this call revoked. */
  readonly revoked: number
  readonly failed: readonly CommandFailure[]
  /** Pass it as `after` to continue; `null` if there are no more. */
  readonly next: string | null
}

const FIELDS: ReadonlySet<string> = new Set<keyof TokenSelection>(['tenant', 'owner', 'kind', 'createdBefore'])

/** `tokens.revokeWhere`. */
export async function revokeWhere(executor: Executor, where: TokenSelection, options: CommandOptions & PageOptions): Promise<RevokeWhereResult> {
  const { limit, after, ...commandOptions } = ownProperties(options)
  const selection = snapshot(where, 'where')
  expectSelection(selection)
  const by = actorOf(commandOptions)
  const query = { ...selection, tenant: tenantOf(selection.tenant, by) }
  const base = commandOptions.id ?? crypto.randomUUID()
  const failed: CommandFailure[] = []
  let revoked = 0
  const read = (cursor: string | null, size: number) => {
    return executor.callStore(() => executor.store.list({ ...query, after: cursor, limit: size }), base)
  }
  const next = await eachRecord(read, { limit, after }, async ({ id: token, revoked: before }) => {
    if (before) return
    try {
      const input = commandInput('revoke', token, {}, { ...commandOptions, by, id: `${base}:${token}` })
      if ((await executor.execute(input)).change !== null) revoked += 1
    } catch (error) {
      failed.push(failureOf(token, 'revoke', error))
    }
  })
  return { revoked, failed, next }
}

/** A misspelt field must not select every token. */
function expectSelection(where: TokenSelection): void {
  const names = Object.keys(where)
  const unknown = names.find((name) => !FIELDS.has(name))
  if (unknown !== undefined || names.length === 0) {
    throw new PortcullisError('invalid_data', `where must hold at least one of ${[...FIELDS].join(', ')}, and nothing else`)
  }
  for (const [name, value] of Object.entries(where)) {
    if (typeof value !== 'string' && !(name === 'tenant' && value === null)) throw wrongType(`where.${name}`, 'a string', value)
  }
}
