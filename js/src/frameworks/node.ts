// For `node:http` and `node:http2` without a framework.
import type { IncomingMessage, ServerResponse } from 'node:http'

import type { Allowed, NodeResponse } from '../decision/decision.js'
import type { Gate } from '../gate/gate.js'
import type { NodeRequest } from '../gate/request.js'
import { checkRequest, type GuardOptions } from './guard.js'
import { type Ending, responseEnd } from './response-end.js'
import { samplesOf } from './sample-paths.js'
import { type ListedRoute, type PolicyHolder, unmappedOf } from './unmapped.js'

export type { GuardOptions } from './guard.js'
export type { PolicyHolder } from './unmapped.js'

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
  return async (request, response) => {
    const decision = await checkRequest(gate, request, request, options, { after: responseEnd(response) })
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
  return { method: route.slice(0, Math.max(space, 0)), path, samples: samplesOf(path, 'parameter') }
}
