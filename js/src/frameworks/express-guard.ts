import type { Request, RequestHandler, Response } from 'express'

import { PortcullisError } from '../base/errors.js'
import type { Allowed, Decision } from '../decision/decision.js'
import type { Policy } from '../policy/policy.js'
import { type Application, handles, type Layer, Listing, type Route } from './express-routes.js'
import { refusal, type TakenRoute } from './guard.js'
import { RouterMatch } from './router-match.js'
import { assertSettings } from './router-settings.js'
import { Patterns } from './templates.js'

type Cause = PortcullisError | null

/** What one guard decided about a request, for the routes that Express takes from then on. */
interface Held {
  readonly refusal: (route: Route, params: object) => Cause
  readonly deny: (cause: PortcullisError) => Promise<Decision>
  readonly enforces: boolean
}

/** A route that may not run for a request. */
interface Refused {
  readonly route: Route
  readonly cause: PortcullisError
  readonly held: Held
}

/** Compares the routes that Express takes with the decision of a guard. */
export class RouteGuard {
  readonly #policy: Policy
  readonly #match: RouterMatch
  readonly #compared = new WeakSet<object>()

  constructor(policy: Policy) {
    this.#policy = policy
    this.#match = new RouterMatch(policy)
  }

  /** Throws if the policy contradicts the settings of the application. */
  compareSettings({ app }: Request): void {
    if (app === undefined || this.#compared.has(app)) return
    const setting = (name: string) => ({ written: `"${name}" ${app.enabled(name) ? 'enabled' : 'disabled'}`, ignores: !app.enabled(name) })
    assertSettings(this.#policy, { router: 'Express', case: setting('case sensitive routing'), trailingSlash: setting('strict routing') })
    this.#compared.add(app)
  }

  /** For a guard among the handlers of a route: why that route may not run. */
  around(req: Request, guard: unknown): ((decision: Allowed) => Cause) | undefined {
    const route = req.route as Route | undefined
    if (route === undefined || listingOf(req.app).hasMiddleware(guard)) return undefined
    // Behind the last handler of a route another one may follow, as in `app.all('/api/*', guard(gate))`.
    if (route.stack.at(-1)?.handle === guard) return undefined
    return (decision) => this.#refusal(req, req.app, route, req.params, decision)
  }

  /** From now on, denies every route for this request but the one decided. */
  hold(req: Request, target: string, decision: Allowed, deny: Held['deny'], enforces: boolean): void {
    const { app, method } = req
    const path = target.replace(/\?.*$/s, '')
    watch(req).push({
      deny,
      enforces,
      refusal: (route, params) =>
        isSameRequest(req, method, path)
          ? this.#refusal(req, app, route, params, decision)
          : new PortcullisError('other_route', `The request was rewritten to ${req.method} ${req.baseUrl}${req.url} after the decision`),
    })
  }

  #refusal(req: Request, app: Application, route: Route, params: object, decision: Allowed): Cause {
    const apps = [app, req.app]
    const cause = refusal(this.#match, req.method, takenOf(apps, route, params), decision)
    if (cause === null || !apps.some((each) => listingOf(each).isStale())) return cause
    // Routes were added since they were listed.
    for (const each of apps) listings.delete(each)
    return refusal(this.#match, req.method, takenOf(apps, route, params), decision)
  }
}

/** Whether a request still has this method and path. */
function isSameRequest({ method, baseUrl, url }: Request, wanted: string, path: string): boolean {
  const rest = url.replace(/^https?:\/\/[^/?]*/i, '').replace(/\?.*$/s, '')
  return method === wanted && (baseUrl + rest === path || (rest === '/' && baseUrl === path))
}

const listings = new WeakMap<object, Listing>()

function listingOf(app: Application): Listing {
  let listing = listings.get(app)
  if (listing === undefined) listings.set(app, (listing = new Listing(app)))
  return listing
}

const names = new WeakMap<object, string>()
const namePatterns = new Patterns('policy')

/** Names the route of the policy among whose handlers this guard stands. */
export function nameRoute(guard: RequestHandler, template: string): void {
  names.set(guard, template)
}

/** The route that Express takes, found in the application of the guard or in the one that it now is in. */
function takenOf(apps: readonly Application[], route: Route, params: object): TakenRoute {
  const named = route.stack.map(({ handle }) => (handle === undefined ? undefined : names.get(handle))).find((name) => name !== undefined)
  if (named !== undefined) return { written: named, templates: namePatterns.templates(named), valueOf: () => null }
  const ways = apps.map((app) => listingOf(app).waysTo(route)).find((found) => found.length > 0) ?? []
  const readable = ways.flatMap(({ templates }) => templates ?? [])
  const values = params as Readonly<Record<string, string | readonly string[] | undefined>>
  const own = String(route.path)
  return {
    written: ways[0]?.written ?? own,
    templates: readable.length === 0 ? null : readable,
    valueOf(name) {
      const value = values[name]
      if (value !== undefined) return typeof value === 'string' ? value : value.join('/')
      // The parameters of a mount path are not given to a router that does not merge them.
      return own.includes(`:${name}`) || own.includes('*') ? undefined : null
    },
  }
}

/** The guards of a request, and the last route that one of them refused. */
interface Watched {
  readonly held: Held[]
  refused: Refused | null
}

const requests = new WeakMap<object, Watched>()

/**
 * Watches which routes Express takes for a request: the list to add a guard to.
 *
 * For each route that matches, Express sets `req.route`, then `req.params`, then calls the functions of `app.param`, and
 * sets `req.route` again before the handlers of the route. The comparison takes place when the parameters are set, so
 * that nothing of a refused route runs: without parameters no function of `app.param` is called, and the first handler
 * of the route becomes one that denies.
 */
function watch(req: Request): Held[] {
  const known = requests.get(req)
  if (known !== undefined) return known.held
  const watched: Watched = { held: [], refused: null }
  requests.set(req, watched)
  let route = req.route as Route | undefined
  let params: object = req.params
  let matched: { readonly route: Route; readonly again: boolean } | null = null
  const property = { configurable: true, enumerable: true }
  Object.defineProperty(req, 'route', {
    ...property,
    get: () => route,
    set(next: Route) {
      matched = { route: next, again: next === route }
      route = next
    },
  })
  Object.defineProperty(req, 'params', {
    ...property,
    get: () => params,
    set(next: object) {
      params = next
      if (matched === null) return
      const { route: taken, again } = matched
      matched = null
      watched.refused = refusedBy(watched.held, taken, next)
      if (watched.refused === null) return
      denyFirst(taken)
      // The same route twice may be its own start, and then these are the parameters of another one.
      if (watched.refused.held.enforces && !again) params = {}
    },
  })
  return watched.held
}

function refusedBy(all: readonly Held[], route: Route, params: object): Refused | null {
  for (const held of all) {
    const cause = held.refusal(route, params)
    if (cause !== null) return { route, cause, held }
  }
  return null
}

const denying = new WeakSet<Route>()

/** Puts a handler before all others of a route, for requests that it was refused for. */
function denyFirst(route: Route): void {
  const [first] = route.stack
  if (first === undefined || denying.has(route)) return
  denying.add(route)
  const LayerOfExpress = first.constructor as new (path: string, options: object, handle: RequestHandler) => Layer
  // A list of its own: requests that are on their way through the route go on in theirs.
  route.stack = [new LayerOfExpress('/', {}, denyRefused), ...route.stack]
}

function denyRefused(req: Request, res: Response, next: (error?: unknown) => void): void {
  const refused = requests.get(req)?.refused
  // Express tries a route for HEAD that has no handler for it, and goes on.
  if (refused === undefined || refused === null || refused.route !== req.route || !handles(refused.route, req.method)) {
    next()
    return
  }
  void refused.held.deny(refused.cause).then((decision) => {
    if (decision.allow) next()
    else decision.send(res)
  }, next)
}
