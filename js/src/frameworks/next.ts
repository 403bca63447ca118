// For Next route handlers, and any other platform that passes a `Request` and expects a `Response`: edge functions,
// Deno, Bun.
import type { Allowed } from '../decision/decision.js'
import { targetOf } from '../decision/identity.js'
import type { Gate } from '../gate/gate.js'
import { waitUntilOf } from '../gate/options.js'
import { checkRequest, type GuardOptions } from './guard.js'
import { RouterMatch, unchanged } from './router-match.js'
import { samplesOf } from './sample-paths.js'
import { type ListedRoute, type PolicyHolder, unmappedOf } from './unmapped.js'

export type { GuardOptions } from './guard.js'
export type { PolicyHolder } from './unmapped.js'

/**
 * A handler that answers denied requests and passes allowed ones to yours, with the decision as the third argument.
 *
 * The path of `request.url` counts. If the second argument has `waitUntil`, like Next's event, it keeps the platform
 * awake for work after the response.
 */
export function guard<Incoming extends Request, Argument = unknown, Context = unknown>(
  gate: Gate<Context>,
  handler: (request: Incoming, argument: Argument, decision: Allowed) => Response | Promise<Response>,
  options: GuardOptions<Incoming, Context> = {},
): (request: Incoming, argument: Argument) => Promise<Response> {
  // It is not documented whether the platform decodes a path before it selects the handler.
  const routerMatch = new RouterMatch(gate.policy, { reads: unchanged, anyCase: false })
  return async (request, argument) => {
    const waitUntil = waitUntilOf(argument)
    const target = routerMatch.target(request.method, targetOf(request.url))
    const told = { target, ...(waitUntil === undefined ? {} : { waitUntil }) }
    const decision = await checkRequest(gate, request, request, options, told)
    return decision.allow ? handler(request, argument, decision) : decision.response()
  }
}

/** The methods that a route file may export. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/**
 * The routes of these files that the policy does not cover. Keys are file paths below `app` or `pages`, or routes, such
 * as `app/v3/licenses/[id]/route.ts`; values are the modules, whose exports name the methods. A module with a default
 * export handles all methods.
 */
export function unmapped(files: Readonly<Record<string, object>>, gate: PolicyHolder): string[] {
  return unmappedOf(Object.entries(files).flatMap(listed), gate)
}

function listed([file, exported]: [string, object]): ListedRoute[] {
  const path = routeOf(file)
  const samples = samplesOf(path.replace(/\[\[\.\.\.[^\]]*\]\]/g, '{*rest}').replace(/\[\.\.\.[^\]]*\]/g, '*rest').replace(/\[[^\]]*\]/g, ':one'), 'optional')
  const methods = 'default' in exported ? ['ALL'] : METHODS.filter((method) => method in exported)
  return methods.map((method) => ({ method, path, samples }))
}

/** The path that a route file serves, without route groups and slots. */
function routeOf(file: string): string {
  const route = file
    .replace(/^\.?\/?(?:src\/)?(?:app|pages)\//, '/')
    .replace(/\.[cm]?[jt]sx?$/, '')
    .replace(/\/(?:route|index)$/, '')
    .split('/')
    .filter((segment) => segment !== '' && !/^\(.*\)$/.test(segment) && !segment.startsWith('@'))
  return `/${route.join('/')}`
}
