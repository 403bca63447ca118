// For `node:http` and `node:http2` without a framework.
import type { IncomingMessage, ServerResponse } from 'node:http'

import type { Allowed, NodeResponse } from '../decision/decision.js'
import type { Gate } from '../gate/gate.js'
import type { NodeRequest } from '../gate/request.js'
import { assertOptions, checkRequest, type GuardOptions as Options, refusal } from './guard.js'
import { type Ending, responseEnd } from './response-end.js'
import { RouterMatch } from './router-match.js'
import { Patterns, templatesOf } from './templates.js'
import { type ListedRoute, type PolicyHolder, unmappedOf } from './unmapped.js'

export type { PolicyHolder } from './unmapped.js'

/** The route that a router took, as `"/users/:id"` or `"/users/{id}"`, and the values of its parameters. */
export interface RouteTaken {
  readonly route: string
  readonly params?: Readonly<Record<string, string | undefined>>
}

/** Options of a guard. `Input` is the request. */
export interface GuardOptions<Input = IncomingMessage, Context = unknown> extends Options<Input, Context> {
  /**
   * For a handler with a router: the route that the router takes, or `null` if it takes none. A request for which it
   * takes another route than the one decided, or other values, is denied. Without this option only the policy is asked.
   */
  readonly route?: (request: Input) => RouteTaken | null
}

/**
 * A request listener that answers denied requests and passes allowed ones to `handler`, with the decision.
 *
 * It guards the `request` event. WebSocket upgrades are another event: call `gate.check(request)` there. Errors of the
 * handler are not caught.
 */
export function guard<Context = unknown>(
  gate: Gate<Context>,
  handler: (request: IncomingMessage, response: ServerResponse, decision: Allowed) => unknown,
  options?: GuardOptions<IncomingMessage, Context>,
): (request: IncomingMessage, response: ServerResponse) => Promise<void>
/** The same for requests that do not come from `node:http`. */
export function guard<Request extends NodeRequest, Response extends NodeResponse & Ending, Context = unknown>(
  gate: Gate<Context>,
  handler: (request: Request, response: Response, decision: Allowed) => unknown,
  options?: GuardOptions<Request, Context>,
): (request: Request, response: Response) => Promise<void>
export function guard<Context>(
  gate: Gate<Context>,
  handler: (request: IncomingMessage, response: ServerResponse, decision: Allowed) => unknown,
  options: GuardOptions<IncomingMessage, Context> = {},
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  assertOptions(options)
  const [match, patterns] = [new RouterMatch(gate.policy), new Patterns('policy')]
  const { route } = options
  const refuses = (request: IncomingMessage) => (decision: Allowed) => {
    const taken = route?.(request) ?? null
    if (taken === null) return null
    const { params = {} } = taken
    const valueOf = (name: string) => (taken.params === undefined ? null : params[name])
    return refusal(match, request.method ?? '', { written: taken.route, templates: patterns.templates(inBraces(taken.route)), valueOf }, decision)
  }
  return async (request, response) => {
    const told = { after: responseEnd(response), refuses: route === undefined ? undefined : refuses(request) }
    const decision = await checkRequest(gate, request, request, options, told)
    if (decision.allow) await handler(request, response, decision)
    else decision.send(response)
  }
}

/**
 * Which of these routes the policy does not cover, each written as `"GET /users/:id"` or `"GET /users/{id}"`. Node has
 * no list of routes, so you pass your own.
 */
export function unmapped(routes: Iterable<string>, gate: PolicyHolder): string[] {
  return unmappedOf([...routes].map(listed), gate)
}

function listed(route: string): ListedRoute {
  const space = route.indexOf(' ')
  const path = route.slice(space + 1)
  const method = route.slice(0, Math.max(space, 0))
  return { method, path, templates: path.startsWith('/') ? templatesOf(inBraces(path), 'policy') : null }
}

/** A route in the notation of a policy, also where it was written with colons and an asterisk. */
function inBraces(route: string): string {
  return route
    .split('/')
    .map((segment) => {
      if (segment.includes('{')) return segment
      if (segment.startsWith('*')) return `{${segment.slice(1)}...}`
      return segment.startsWith(':') ? segment.replace(/:([\p{L}\p{N}_$]+)/gu, '{$1}') : segment
    })
    .join('/')
}
