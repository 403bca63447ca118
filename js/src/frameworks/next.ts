// For Next route handlers, and for everything else that makes a `Response` of a `Request`: edge functions, Deno, Bun.
import type { Allowed } from '../decision/decision.js'
import type { Gate } from '../gate/gate.js'
import { waitUntilOf } from '../gate/options.js'
import { targetOf } from '../decision/identity.js'
import { RouterMatch, unchanged } from './router-match.js'
import { checkRequest, type GuardOptions } from './guard.js'
import { samplesOf } from './sample-paths.js'
import { type PolicyHolder, type ListedRoute, unmappedOf } from './unmapped.js'

export type { GuardOptions } from './guard.js'
export type { PolicyHolder } from './unmapped.js'

/**
 * A handler that answers denials, and lets only allowed requests through to yours, with their decision behind the two
 * arguments of the platform.
 *
 * The path that counts is that of `request.url`. A second argument with `waitUntil`, such as Next's event, keeps the
 * platform awake for what is written after the response.
 */
export function guard<Incoming extends Request, Argument = unknown, Context = unknown>(
  gate: Gate<Context>,
  handler: (request: Incoming, argument: Argument, decision: Allowed) => Response | Promise<Response>,
  options: GuardOptions<Incoming, Context> = {},
): (request: Incoming, argument: Argument) => Promise<Response> {
  // Whether the platform decodes a path before it chooses the handler is nowhere said.
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
 * Of these route files those routes that the policy does not know. The names are paths of files below `app` or `pages`,
 * or of routes, such as `app/v3/licenses/[id]/route.ts`; the values are the modules, whose exports name the methods. A
 * module with a default export answers all methods.
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

/** The path that a route file serves: groups in brackets and slots are not part of it. */
function routeOf(file: string): string {
  const route = file
    .replace(/^\.?\/?(?:src\/)?(?:app|pages)\//, '/')
    .replace(/\.[cm]?[jt]sx?$/, '')
    .replace(/\/(?:route|index)$/, '')
    .split('/')
    .filter((segment) => segment !== '' && !/^\(.*\)$/.test(segment) && !segment.startsWith('@'))
  return `/${route.join('/')}`
}
