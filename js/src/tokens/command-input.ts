import { PortcullisError, RefusedError, wrongType } from '../base/errors.js'
import { jsonText } from '../base/json-text.js'
import { ownProperties } from '../base/own-properties.js'
import type { TokenId } from '../base/token-id.js'
import type { Actor } from './command-types.js'

const { parse } = JSON
const { hasOwn } = Object

/** A command, read once and complete. */
export interface CommandInput {
  /** The id of the command. */
  readonly id: string
  /** Whether the caller named the command, so that it may be repeated. */
  readonly named: boolean
  readonly document: object
  readonly actor: Actor | null
  /** The token that the command is about; `null` if the command itself says so. */
  readonly token: TokenId | null
}

/** Fields of a command that come from the options alone. */
const OURS = ['command', 'id', 'reason']

/** The options of a command; without `by` if a plaintext proves who gives it. */
interface Manner {
  readonly by?: Actor | undefined
  readonly id?: string | undefined
  readonly reason?: string | undefined
}

/**
 * Reads a command. Everything is read once, so nothing can change between two tries; and no field, which may come from
 * a request's body, can set the command, its id or its actor.
 */
export function commandInput(command: string, token: TokenId | null, fields: object, manner: Manner, proven = false): CommandInput {
  const { by, id, reason } = ownProperties(manner)
  const said = snapshot(fields, 'the fields')
  for (const ours of OURS) {
    if (hasOwn(said, ours)) throw new PortcullisError('invalid_data', `the fields must not contain ${ours}: pass it as an option`)
  }
  const named = id !== undefined
  const name = named ? id : crypto.randomUUID()
  const document = { ...said, ...(reason === undefined ? {} : { reason }), command, id: name }
  return { id: name, named, document, actor: proven && by === undefined ? null : actorOf({ by }), token }
}

/** A copy of the value, read once, without inherited properties. */
export function snapshot<T extends object>(value: T, what: string): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(what, 'an object', value)
  return ownProperties(parse(jsonText(value, what)) as T)
}

/** The actor of a command or a query. */
export function actorOf(given: { readonly by?: Actor | undefined }): Actor {
  return snapshot(ownProperties(given).by as Actor, 'by')
}

/** The tenant that is asked for, or else the actor's. For anyone but the system, another tenant does not exist. */
export function tenantOf(tenant: string | null | undefined, by: Actor): string | null {
  const ownProperties = by.tenant ?? null
  if (tenant === undefined || tenant === ownProperties || by.roles?.includes('system') === true) return tenant ?? ownProperties
  throw new RefusedError({ code: 'unknown', field: null, message: 'There is no such tenant; use your own.' })
}
