import { PortcullisError, RefusedError, wrongType } from '../base/errors.js'
import { jsonText } from '../base/json-text.js'
import { ownProperties } from '../base/own-properties.js'
import type { TokenId } from '../base/token-id.js'
import type { Actor, Presented } from './command-types.js'

const { parse } = JSON
const { keys } = Object

/** A command, read once and complete. */
export interface CommandInput {
  readonly id: string
  /** Whether the caller named the command, so that it may be repeated. */
  readonly named: boolean
  /** The command as JSON. */
  readonly text: string
  readonly actor: Actor | null
  /** Where the plaintext came from, as JSON; `null` without one. */
  readonly presented: string | null
  /** The token that the command is about; `null` if the command itself says so. */
  readonly token: TokenId | null
}

/** Fields of a command that come from the options alone. */
const OPTIONS = ['command', 'id', 'reason'] as const

/** The options of a command; without `by` if a plaintext proves who gives it. */
interface Options {
  readonly by?: Actor | undefined
  readonly id?: string | undefined
  readonly reason?: string | undefined
}

/**
 * Reads a command. Everything is read once, so nothing can change between two tries; and no field, which may come from a
 * request's body, can set the command, its id or its actor.
 */
export function commandInput(command: string, token: TokenId | null, fields: object, options: Options, presented: Presented | null = null): CommandInput {
  const { by, id, reason } = ownProperties(options)
  const text = fieldsText(fields)
  const named = id !== undefined
  const name = named ? id : crypto.randomUUID()
  const head = jsonText({ command, id: name, reason }, 'the options')
  const actor = presented !== null && by === undefined ? null : actorOf({ by })
  const from = presented === null ? null : objectText(presented, 'the options')
  return { id: name, named, text: text === '{}' ? head : `${head.slice(0, -1)},${text.slice(1)}`, actor, presented: from, token }
}

/** The JSON text of an object. */
export function objectText(value: object, what: string): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(what, 'an object', value)
  return jsonText(value, what)
}

/** A copy of the value, read once, without inherited properties. */
export function snapshot<T extends object>(value: T, what: string): T {
  return ownProperties(parse(objectText(value, what)) as T)
}

/** The actor of a command or a query. */
export function actorOf(options: { readonly by?: Actor | undefined }): Actor {
  return snapshot(ownProperties(options).by as Actor, 'by')
}

/** The tenant that is asked for, or else the actor's. For anyone but the system, another tenant does not exist. */
export function tenantOf(tenant: string | null | undefined, by: Actor): string | null {
  const own = by.tenant ?? null
  if (tenant === undefined || tenant === own || by.system === true) return tenant ?? own
  throw new RefusedError({ code: 'unknown', field: null, message: 'There is no such tenant; use your own.' })
}

function fieldsText(fields: object): string {
  const text = objectText(fields, 'the fields')
  // Asked of the text's own keys: what the object shows the second time does not matter.
  const names = keys(parse(text) as object)
  for (const option of OPTIONS) {
    if (names.includes(option)) throw new PortcullisError('invalid_data', `the fields must not contain ${option}: pass it as an option`)
  }
  return text
}
