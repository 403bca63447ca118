import type { Context as HonoContext, Hono, MiddlewareHandler } from 'hono'
import { inspectRoutes } from 'hono/dev'
import { findTargetHandler } from 'hono/utils/handler'
import { getPath } from 'hono/utils/url'

import { PortcullisError } from '../base/errors.js'
import type { Allowed } from '../decision/decision.js'
import { targetOf } from '../decision/identity.js'
import type { Gate } from '../gate/gate.js'
import type { CheckOptions } from '../gate/request.js'
import { Policy } from '../policy/policy.js'
import { assertOptions, checkRequest, type GuardOptions, refusal } from './guard.js'
import { RouterMatch } from './router-match.js'
import { assertSettings } from './router-settings.js'
import { Patterns, templatesOf } from './templates.js'
import { type PolicyHolder, unmappedOf } from './unmapped.js'

export type { GuardOptions } from './guard.js'
export type { PolicyHolder } from './unmapped.js'

/** What handlers behind a guard find in `c.var` and `c.get`. */
export interface GuardVariables {
  /** The decision that let the request pass, with the verified identity. */
  decision: Allowed
}

/** Thrown in the place of a handler that must not run. Hono hands on what is no error, up to the guard. */
class Refused {
  readonly cause: PortcullisError

  constructor(cause: PortcullisError) {
    this.cause = cause
  }
}

/**
 * Middleware that answers denied requests and passes allowed ones on: `app.use(guard(gate))`. The decision is in
 * `c.var.decision`.
 *
 * Routes registered before it are not guarded. The context of the gate is `c.env`, unless the `context` option sets
 * another. The path that Hono routes counts, even with a custom `getPath`; a request for which Hono takes another route
 * than the one decided is denied. Throws under a policy that ignores case, which Hono does not.
 */
export function guard<Context = unknown>(
  gate: Gate<Context>,
  options: GuardOptions<HonoContext, Context> = {},
): MiddlewareHandler<{ Variables: GuardVariables }> {
  assertOptions(options)
  assertSettings(gate.policy, { router: 'Hono', case: { written: 'routes that are always case-sensitive', ignores: false } })
  const match = new RouterMatch(gate.policy)
  return async (c, next) => {
    const refuses = (index: number) => (decision: Allowed) => refusalAt(match, c, index, decision)
    const first = firstRoute(c)
    const told = { target: targetIn(c), ...waiting(c), ...(first < 0 ? {} : { refuses: refuses(first) }) }
    const check = (more: CheckOptions) => checkRequest(gate, c.req.raw, c as HonoContext, options, { ...told, ...more }, () => c.env)
    const decision = await check({})
    if (!decision.allow) return decision.response()
    c.set('decision', decision)
    if (options.needs !== undefined || !gate.enforces) return next()
    beforeEachRoute(c, (index) => refusalAt(match, c, index, decision))
    try {
      return await next()
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown
      const denied = await check({ refuses: () => thrown.cause })
      return denied.allow ? undefined : denied.response()
    }
  }
}

/** The place of the first route behind the handler that runs, or -1. */
function firstRoute({ req }: HonoContext): number {
  return req.matchedRoutes.findIndex((_, index) => index > req.routeIndex && isRoute(req, index))
}

/** Whether a route stands here, and not middleware. */
function isRoute(req: HonoContext['req'], index: number): boolean {
  const route = req.matchedRoutes[index]
  if (route === undefined) return false
  const isWide = route.method === 'ALL' || route.path.endsWith('*')
  return !(isWide && findTargetHandler(route.handler as never).length > 1)
}

const patterns = new Patterns('hono')

/** Why the route at this place may not run, or `null`. */
function refusalAt(match: RouterMatch, { req }: HonoContext, index: number, decision: Allowed): PortcullisError | null {
  if (!isRoute(req, index)) return null
  const before = req.routeIndex
  req.routeIndex = index
  const params: Readonly<Record<string, string>> = req.param()
  req.routeIndex = before
  // A wildcard without a name gives its handlers no value.
  const valueOf = (name: string) => (name === '' ? null : params[name])
  const written = req.matchedRoutes[index]?.path ?? ''
  return refusal(match, req.method, { written, templates: patterns.templates(written), valueOf }, decision)
}

type Look = (index: number) => PortcullisError | null

/** The looks of every guard of a request. */
const looks = new WeakMap<object, Look[]>()

/** Has a look at each route just before Hono runs it, and throws in its place. */
function beforeEachRoute({ req }: HonoContext, look: Look): void {
  const others = looks.get(req)
  if (others !== undefined) {
    others.push(look)
    return
  }
  const all = [look]
  looks.set(req, all)
  let index = req.routeIndex
  let furthest = index
  Object.defineProperty(req, 'routeIndex', {
    configurable: true,
    enumerable: true,
    get: () => index,
    set(next: number) {
      index = next
      // A look goes to a route and back again.
      if (next <= furthest) return
      furthest = next
      for (const each of all) {
        const cause = each(next)
        if (cause !== null) throw new Refused(cause)
      }
    },
  })
}

/**
 * The routes of this application that the policy does not cover. Middleware is not listed. For an application mounted
 * with `mount`, call `unmapped` separately. Throws under a policy that ignores a slash at the end, if the application
 * does not.
 */
export function unmapped(app: Pick<Hono, 'routes'> & { getPath(request: Request): string }, gate: PolicyHolder): string[] {
  const isStrict = app.getPath(new Request('http://localhost/slash/')).endsWith('/')
  assertSettings(gate instanceof Policy ? gate : gate.policy, { router: 'Hono', trailingSlash: { written: `strict: ${String(isStrict)}`, ignores: !isStrict } })
  const routes = inspectRoutes(app as unknown as Hono).filter(({ isMiddleware }) => !isMiddleware)
  return unmappedOf(routes.map(({ method, path }) => ({ method, path, templates: templatesOf(path, 'hono') })), gate)
}

/** Path and query of the URL, or with the path that the application made of it. */
function targetIn(c: HonoContext): string {
  const { raw, path } = c.req
  const target = targetOf(raw.url)
  if (getPath(raw) === path) return target
  const query = target.indexOf('?')
  return query < 0 ? path : path + target.slice(query)
}

/** The `waitUntil` of the platform, if it has one. */
function waiting(c: HonoContext): CheckOptions {
  try {
    const { executionCtx } = c
    return {
      waitUntil: (work) => {
        executionCtx.waitUntil(work)
      },
    }
  } catch {
    return {}
  }
}
