import type { Attempt } from '../policy/attempt.js'
import { wrongType } from '../base/errors.js'
import type { AfterResponseOptions } from './touch-writer.js'
import { targetOf } from '../decision/identity.js'

const { hasOwn } = Object

/** The part of Node's `IncomingMessage` that a decision looks at. */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** What Express keeps when it cuts the mount path off `url`. */
  readonly originalUrl?: string | undefined
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly rawHeaders?: readonly string[] | undefined
  readonly socket?: { readonly remoteAddress?: string | undefined } | null | undefined
}

/** A Fetch `Request`, or what `node:http` and the frameworks on it hand to a handler. */
export type GateRequest = Request | NodeRequest

/** What a check is told besides the request. */
export interface CheckOptions extends AfterResponseOptions {
  /** Ask for these scopes in the place of the request's route: `"license:read"`. */
  readonly needs?: string
  /**
   * Path and query as the application routes them, where that is not what the request says of itself: after a rewrite,
   * say. It must be what the handler is chosen by.
   */
  readonly target?: string
}

/** Whether it is a Fetch request, from this realm or another. */
export function isFetch(request: GateRequest): request is Request {
  return typeof request.headers?.get === 'function'
}

/** The request, or a `TypeError`. */
export function expectRequest(request: GateRequest): GateRequest {
  if (typeof request !== 'object' || request === null) throw wrongType('request', 'a request', request)
  if (typeof request.headers !== 'object' || request.headers === null) throw wrongType('request.headers', 'the fields of a request', request.headers)
  return request
}

/** What a request says of itself. Every field is named, so that a polluted prototype adds none. */
export function attemptOf(request: GateRequest, header: string | null, { needs, target }: CheckOptions): Attempt {
  const asked = needs === undefined
  return {
    method: asked ? request.method : undefined,
    target: asked ? (target ?? targetIn(request)) : undefined,
    authorization: fieldIn(request, 'authorization'),
    header: header === null ? undefined : fieldIn(request, header),
    tenant: undefined,
    application: undefined,
    ip: undefined,
    needs,
  }
}

/** The path and query as received. The path of an absolute-form target is taken from it. */
export function targetIn(request: GateRequest): string {
  if (isFetch(request)) return targetOf(request.url)
  const original = hasOwn(request, 'originalUrl') ? request.originalUrl : undefined
  return originForm(original ?? request.url ?? '')
}

/** An authority that every reader ends at the same place: no userinfo, no backslash, no fragment, nothing encoded. */
const ABSOLUTE = /^https?:\/\/[A-Za-z0-9._~:[\]-]+(?=[/?]|$)/i

/**
 * The request target as path and query. That of an absolute-form target is cut out where everybody would cut it; any
 * other target stays as it is, and as it is no path, it is denied.
 */
export function originForm(target: string): string {
  if (target.startsWith('/')) return target
  const origin = ABSOLUTE.exec(target)
  if (origin === null) return target
  const rest = target.slice(origin[0].length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

/**
 * The value of a header field. Several field lines are joined with `", "`, as RFC 9110 section 5.3 says and as Fetch
 * does; `node:http` would show the first and hide the others.
 */
export function fieldIn(request: GateRequest, name: string): string | undefined {
  if (isFetch(request)) return request.headers.get(name) ?? undefined
  const { rawHeaders, headers } = request
  if (rawHeaders === undefined || rawHeaders.length === 0) {
    const value = headers[name]
    return typeof value === 'string' ? value : value?.join(', ')
  }
  let found: string | undefined
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const other = rawHeaders[index] as string
    if (other.length !== name.length || other.toLowerCase() !== name) continue
    const value = rawHeaders[index + 1] as string
    found = found === undefined ? value : `${found}, ${value}`
  }
  return found
}

/**
 * The client's address: that of the connection, or with trusted proxies the address that the outermost of them saw,
 * counted from the right of `X-Forwarded-For`. What stands further left is the client's own word and is not read.
 *
 * A Fetch request knows no connection: without trusted proxies its client has no address.
 */
export function addressIn(request: GateRequest, trustedProxies: number): string | undefined {
  if (trustedProxies === 0) return isFetch(request) ? undefined : (request.socket?.remoteAddress ?? undefined)
  const hops = fieldIn(request, 'x-forwarded-for') ?? ''
  let end = hops.length
  for (let passed = 1; passed < trustedProxies; passed++) {
    end = hops.lastIndexOf(',', end - 1)
    if (end < 1) return undefined
  }
  const address = hops.slice(hops.lastIndexOf(',', end - 1) + 1, end).trim()
  return address === '' ? undefined : address
}
