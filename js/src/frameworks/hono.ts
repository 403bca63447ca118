import type { Context as HonoContext, Hono, MiddlewareHandler } from 'hono'
import { inspectRoutes } from 'hono/dev'
import { getPath } from 'hono/utils/url'

import type { Allowed } from '../decision/decision.js'
import { targetOf } from '../decision/identity.js'
import type { Gate } from '../gate/gate.js'
import { checkRequest, type GuardOptions } from './guard.js'
import { decoded, RouterMatch } from './router-match.js'
import { samplesOf } from './sample-paths.js'
import { type PolicyHolder, unmappedOf } from './unmapped.js'

export type { GuardOptions } from './guard.js'
export type { PolicyHolder } from './unmapped.js'

/** What handlers behind a guard find in `c.var` and `c.get`. */
export interface GuardVariables {
  /** The decision that let the request pass, with the verified identity. */
  decision: Allowed
}

/**
 * Middleware that answers denied requests and passes allowed ones on: `app.use(guard(gate))`. The decision is in
 * `c.var.decision`.
 *
 * Routes registered before it are not guarded. The context of the gate is `c.env`, unless the `context` option sets
 * another. The path that Hono routes counts, even with a custom `getPath`.
 */
export function guard<Context = unknown>(
  gate: Gate<Context>,
  options: GuardOptions<HonoContext, Context> = {},
): MiddlewareHandler<{ Variables: GuardVariables }> {
  const routerMatch = new RouterMatch(gate.policy, { reads: decoded, anyCase: false })
  return async (c, next) => {
    const waitUntil = wake(c)
    const target = routerMatch.target(c.req.method, targetIn(c))
    const told = { target, ...(waitUntil === undefined ? {} : { waitUntil }) }
    const decision = await checkRequest(gate, c.req.raw, c as HonoContext, options, told, () => c.env)
    if (!decision.allow) return decision.response()
    c.set('decision', decision)
    return next()
  }
}

/**
 * The routes of this application that the policy does not cover. Middleware is not listed. For an application mounted
 * with `mount`, call `unmapped` separately.
 */
export function unmapped(app: Pick<Hono, 'routes'>, gate: PolicyHolder): string[] {
  const routes = inspectRoutes(app as Hono).filter(({ isMiddleware }) => !isMiddleware)
  return unmappedOf(routes.map(({ method, path }) => ({ method, path, samples: samplesOf(path, 'constraint') })), gate)
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
function wake(c: HonoContext): ((work: Promise<unknown>) => void) | undefined {
  try {
    const { executionCtx } = c
    return (work) => {
      executionCtx.waitUntil(work)
    }
  } catch {
    return undefined
  }
}
