import type { Actor } from './command-types.js'
import { PortcullisError, RefusedError, wrongType } from '../base/errors.js'
import { ownProperties } from '../base/own-properties.js'
import { jsonText } from '../base/json-text.js'
import type { TokenId } from '../base/token-id.js'

const { parse } = JSON
const { hasOwn } = Object

/** A command, read once and complete. */
export interface CommandInput {
  /** The id of the command. */
  readonly id: string
  /** Whether somebody named it, so that it may be given again. */
  readonly named: boolean
  readonly document: object
  readonly actor: Actor | null
  /** The record that it speaks of; `null` when the command itself says so. */
  readonly token: TokenId | null
}

/** What stands beside the fields of a command and is said by the host alone. */
const OURS = ['command', 'id', 'reason']

/** How a command is given; without `by` when its plaintext is the proof. */
interface Manner {
  readonly by?: Actor | undefined
  readonly id?: string | undefined
  readonly reason?: string | undefined
}

/**
 * A command as the rules read it. Everything is read here and once, so that nobody changes it between one try and the
 * next; and no field of what may be a request's body becomes the command, its id or its actor.
 */
export function commandInput(command: string, token: TokenId | null, fields: object, manner: Manner, proven = false): CommandInput {
  const { by, id, reason } = ownProperties(manner)
  const said = snapshot(fields, 'the fields')
  for (const ours of OURS) {
    if (hasOwn(said, ours)) throw new PortcullisError('invalid_data', `the fields must not hold ${ours}: it is an option`)
  }
  const named = id !== undefined
  const name = named ? id : crypto.randomUUID()
  const document = { ...said, ...(reason === undefined ? {} : { reason }), command, id: name }
  return { id: name, named, document, actor: proven && by === undefined ? null : actorOf({ by }), token }
}

/** What was handed in, read once, and nothing that somebody put on the prototype of all objects. */
export function snapshot<T extends object>(value: T, what: string): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(what, 'an object', value)
  return ownProperties(parse(jsonText(value, what)) as T)
}

/** Who gives a command, or asks. */
export function actorOf(given: { readonly by?: Actor | undefined }): Actor {
  return snapshot(ownProperties(given).by as Actor, 'by')
}

/** Whose tokens are meant: the actor's tenant, or the one named. Another tenant's are as unknown as one of them would be. */
export function tenantOf(tenant: string | null | undefined, by: Actor): string | null {
  const ownProperties = by.tenant ?? null
  if (tenant === undefined || tenant === ownProperties || by.roles?.includes('system') === true) return tenant ?? ownProperties
  throw new RefusedError({ code: 'unknown', field: null, message: 'There is no such tenant; name your own.' })
}
