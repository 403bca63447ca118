import type { ChallengeParameters } from '../decision/challenge.js'
import type { Allowed } from '../decision/decision.js'
import { type PortcullisError, wrongType } from '../base/errors.js'
import { targetOf } from '../decision/identity.js'
import type { Attempt } from '../policy/attempt.js'
import type { AfterResponseOptions } from './touch-writer.js'

const { hasOwn } = Object

/** The part of Node's `IncomingMessage` that a decision depends on. */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** The whole target, where Express cut the mount path off `url`. */
  readonly originalUrl?: string | undefined
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly rawHeaders?: readonly string[] | undefined
  readonly socket?: { readonly remoteAddress?: string | undefined } | null | undefined
}

/** A Fetch `Request`, or a request of `node:http` or a framework built on it. */
export type GateRequest = Request | NodeRequest

/** Options of a check. */
export interface CheckOptions extends AfterResponseOptions {
  /** Require these scopes instead of those of the route: `"license:read"`. */
  readonly needs?: string
  /**
   * The path and query that the application routes, if they differ from the request's, for example after a rewrite. It
   * must be what selects the handler.
   */
  readonly target?: string
  /** More parameters of the challenge of a denial, such as `resource_metadata`. Default: the gate's `challenge`. */
  readonly challenge?: ChallengeParameters | undefined
  /** @internal Why an allowed request may not pass after all: the framework took another route. */
  readonly refuses?: ((decision: Allowed) => PortcullisError | null) | undefined
  /** @internal The method, if it is not the request's. */
  readonly method?: string
}

/** Whether it is a Fetch request, possibly from another realm. */
export function isFetch(request: GateRequest): request is Request {
  return typeof request.headers?.get === 'function'
}

/** The request; throws a `TypeError` for anything else. */
export function expectRequest(request: GateRequest): GateRequest {
  if (typeof request !== 'object' || request === null) throw wrongType('request', 'a request', request)
  if (typeof request.headers !== 'object' || request.headers === null) throw wrongType('request.headers', 'the fields of a request', request.headers)
  return request
}

/** The attempt that a request makes. All fields are set, so a polluted prototype cannot add any. */
export function attemptOf(request: GateRequest, header: string | null, options: CheckOptions): Attempt {
  const { needs, target, method } = options
  const asked = needs === undefined
  return {
    method: asked ? (method ?? request.method) : undefined,
    target: asked ? (target ?? targetIn(request)) : undefined,
    authorization: fieldIn(request, 'authorization'),
    header: header === null ? undefined : fieldIn(request, header),
    tenant: undefined,
    application: undefined,
    ip: undefined,
    needs,
  }
}

/** Path and query as received; of an absolute-form target, its path and query. */
export function targetIn(request: GateRequest): string {
  if (isFetch(request)) return targetOf(request.url)
  const original = hasOwn(request, 'originalUrl') ? request.originalUrl : undefined
  return originForm(original ?? request.url ?? '')
}

/** An origin that every URL parser reads the same way: no userinfo, backslash, fragment or encoded character. */
const ABSOLUTE = /^https?:\/\/[A-Za-z0-9._~:[\]-]+(?=[/?]|$)/i

/**
 * The request target as path and query. An absolute-form target loses its origin if all parsers agree where it ends.
 * Any other target stays as it is; it is not a path, so it is denied.
 */
export function originForm(target: string): string {
  if (target.startsWith('/')) return target
  const origin = ABSOLUTE.exec(target)
  if (origin === null) return target
  const rest = target.slice(origin[0].length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

/**
 * The value of a header field. Several field lines are joined with `", "`, as RFC 9110 section 5.3 and Fetch do;
 * `node:http` would show only the first.
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
 * counted from the right of `X-Forwarded-For`. Entries further left were sent by the client and are ignored.
 *
 * A Fetch request has no connection, so without trusted proxies there is no address.
 */
export function addressIn(request: GateRequest, trustedProxies: number): string | undefined {
  if (trustedProxies === 0) return isFetch(request) ? undefined : (request.socket?.remoteAddress ?? undefined)
  const hops = fieldIn(request, 'x-forwarded-for') ?? ''
  let end = hops.length
  for (let passed = 1; passed < trustedProxies; passed++) {
    end = hops.lastIndexOf(',', end - 1)
    if (end < 1) return undefined
  }
  return bareAddress(hops.slice(hops.lastIndexOf(',', end - 1) + 1, end))
}

/** An IPv6 address in brackets, with a port or without, as proxies write it. */
const BRACKETED = /^\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?$/

/** An IPv4 address with a port. */
const WITH_PORT = /^([0-9]{1,3}(?:\.[0-9]{1,3}){3}):[0-9]{1,5}$/

/** An address without quotes, brackets and port. What has another form stays as it is, and is no address. */
export function bareAddress(written: string | null | undefined): string | undefined {
  let text = written?.trim() ?? ''
  if (text.length > 1 && text.startsWith('"') && text.endsWith('"')) text = text.slice(1, -1)
  const [, address = text] = BRACKETED.exec(text) ?? WITH_PORT.exec(text) ?? []
  return address === '' ? undefined : address
}
