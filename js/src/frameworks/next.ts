// For Next route handlers, and any other platform that passes a `Request` and expects a `Response`: edge functions,
// Deno, Bun.
import { PortcullisError } from '../base/errors.js'
import type { Allowed } from '../decision/decision.js'
import type { Gate } from '../gate/gate.js'
import { waitUntilOf } from '../gate/options.js'
import type { CheckOptions } from '../gate/request.js'
import { assertOptions, checkRequest, type GuardOptions as Options, refusal } from './guard.js'
import { isReadAsSent, routedTarget, routeOf, targetOfRoute, templatesOfFile } from './next-routes.js'
import { RouterMatch } from './router-match.js'
import { type ListedRoute, type PolicyHolder, unmappedOf } from './unmapped.js'

export type { PolicyHolder } from './unmapped.js'

/** Options of a guard. `Input` is the request. */
export interface GuardOptions<Input = Request, Context = unknown> extends Options<Input, Context> {
  /**
   * The route of Next that this handler belongs to: `import.meta.url` in its file, the file, or a template such as
   * `"/v1/books/[id]"`. Then this route with its parameters is decided, whatever path was asked for: rewrites run no
   * other route than the one decided, and `basePath` is not part of the policy.
   */
  readonly route?: string
}

/** The parameters of a route of Next: a promise from Next 15 on. */
type RouteParams = Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * A handler that answers denied requests and passes allowed ones to yours, with the decision as the third argument.
 *
 * In Next, name the `route`: a handler cannot see whether its request was rewritten. Elsewhere the path of
 * `request.url` counts. If the second argument has `waitUntil`, like Next's event, it keeps the platform awake for work
 * after the response.
 */
export function guard<Incoming extends Request, Argument = unknown, Context = unknown>(
  gate: Gate<Context>,
  handler: (request: Incoming, argument: Argument, decision: Allowed) => Response | Promise<Response>,
  options: GuardOptions<Incoming, Context> = {},
): (request: Incoming, argument: Argument) => Promise<Response> {
  assertOptions(options)
  const match = new RouterMatch(gate.policy)
  const templates = options.route === undefined ? null : templatesOfFile(options.route)
  if (templates === null && options.route !== undefined) throw new TypeError(`portcullis: ${options.route} is no route of Next`)
  return async (request, argument) => {
    const params = await paramsOf(argument)
    const told = templates === null ? unnamed(request, params) : named(request, params ?? {})
    const decision = await checkRequest(gate, request, request, options, { ...told, ...waiting(argument) })
    return decision.allow ? handler(request, argument, decision) : decision.response()
  }

  function named(request: Incoming, params: RouteParams): CheckOptions {
    const { template, target } = targetOfRoute(templates ?? [], params, routedTarget(request))
    const valueOf = (name: string) => [params[name] ?? []].flat().join('/')
    const taken = { written: routeOf(options.route ?? ''), templates: [template], valueOf }
    return { target, refuses: (decision) => refusal(match, request.method, taken, decision) }
  }
}

/** The path of the URL counts. Next compares it as it was sent, and its values have to be those decided. */
function unnamed(request: Request, params: RouteParams | undefined): CheckOptions {
  if (params !== undefined && isNext()) {
    throw new TypeError('portcullis: name the route, as in guard(gate, handler, { route: import.meta.url }), because Next does not tell a handler of rewrites')
  }
  const target = routedTarget(request)
  return {
    target,
    refuses({ details, wouldDeny }) {
      if (wouldDeny !== null || details.route === null || isReadAsSent(details.route, target, params && Object.values(params), details.params)) return null
      return new PortcullisError('other_route', `${request.url} may be another route to the platform than ${details.route}`)
    },
  }
}

/**
 * Middleware for Next that answers denied requests and lets allowed ones through: `export const middleware =
 * middleware(gate)`. It decides the path without `basePath`. What it lets through may be rewritten later, so guard the
 * handlers too.
 */
export function middleware<Incoming extends Request, Argument = unknown, Context = unknown>(
  gate: Gate<Context>,
  options: Options<Incoming, Context> = {},
): (request: Incoming, event: Argument) => Promise<Response | undefined> {
  assertOptions(options)
  return async (request, event) => {
    const told = { target: routedTarget(request), ...waiting(event) }
    const decision = await checkRequest(gate, request, request, options, told)
    return decision.allow ? undefined : decision.response()
  }
}

async function paramsOf(argument: unknown): Promise<RouteParams | undefined> {
  if (typeof argument !== 'object' || argument === null) return undefined
  const params: unknown = await (argument as { readonly params?: unknown }).params
  return typeof params === 'object' && params !== null ? (params as RouteParams) : undefined
}

function waiting(argument: unknown): CheckOptions {
  const waitUntil = waitUntilOf(argument)
  return waitUntil === undefined ? {} : { waitUntil }
}

// Bundlers of Next put a text in the place of this name.
declare const process: { readonly env: { readonly NEXT_RUNTIME?: string } } | undefined

function isNext(): boolean {
  return typeof process !== 'undefined' && process.env.NEXT_RUNTIME !== undefined
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
  const methods = 'default' in exported ? ['ALL'] : METHODS.filter((method) => method in exported)
  return methods.map((method) => ({ method, path: routeOf(file), templates: templatesOfFile(file) }))
}
