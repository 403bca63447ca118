import type { Express, Request, RequestHandler } from 'express'

import type { PortcullisError } from '../base/errors.js'
import type { Allowed } from '../decision/decision.js'
import type { Gate } from '../gate/gate.js'
import { originForm } from '../gate/request.js'
import { nameRoute, RouteGuard } from './express-guard.js'
import { listedIn } from './express-routes.js'
import { assertOptions, checkRequest, type GuardOptions as Options } from './guard.js'
import { responseEnd } from './response-end.js'
import { type PolicyHolder, unmappedOf } from './unmapped.js'

export type { PolicyHolder } from './unmapped.js'

declare global {
  namespace Express {
    interface Request {
      /** The decision that let the request pass, with the verified identity. Set behind a guard. */
      decision?: Allowed
    }
  }
}

/** Options of a guard. */
export interface GuardOptions<Input = Request, Context = unknown> extends Options<Input, Context> {
  /**
   * The template in the policy of the route among whose handlers this guard stands, such as `"/files/{rest...}"`. A
   * route whose path is a regular expression needs it: no other can be compared with the decision, so it is denied.
   */
  readonly route?: string
}

/**
 * Middleware that answers denied requests and passes allowed ones on: `app.use(guard(gate))`. The decision is in
 * `req.decision`.
 *
 * Routes registered before it are not guarded. With a method override the effective method counts; with a rewritten
 * `req.url`, the path that Express routes. A request that is rewritten behind the guard, or for which Express takes
 * another route than the one decided, is denied. Works with Express 4 and 5.
 */
export function guard<Context = unknown>(gate: Gate<Context>, options: GuardOptions<Request, Context> = {}): RequestHandler {
  assertOptions(options)
  const routes = new RouteGuard(gate.policy)
  const middleware: RequestHandler = (req, res, next) => {
    const target = targetIn(req)
    const told = { target, after: responseEnd(res) }
    const check = (refuses: ((decision: Allowed) => PortcullisError | null) | undefined) =>
      checkRequest(gate, req, req, options, { ...told, refuses })
    try {
      routes.compareSettings(req)
    } catch (error) {
      next(error)
      return
    }
    void check(routes.around(req, middleware)).then((decision) => {
      if (!decision.allow) {
        decision.send(res)
        return
      }
      req.decision = decision
      if (options.needs === undefined) routes.hold(req, target, decision, (cause) => check(() => cause), gate.enforces)
      next()
    }, next)
  }
  if (options.route !== undefined) nameRoute(middleware, options.route)
  return middleware
}

/**
 * The routes of this application or router that the policy does not cover. Middleware is not listed. An application
 * mounted in another is listed as a whole: call `unmapped` for it separately.
 */
export function unmapped(app: Express | { readonly stack: unknown }, gate: PolicyHolder): string[] {
  return unmappedOf(listedIn(app), gate)
}

/**
 * The path that Express routes: the mount path and the rest. If both together are the received target, that is
 * returned, because Express adds a slash to a mount path without a rest.
 */
function targetIn({ originalUrl, baseUrl, url }: Request): string {
  const path = originForm(url)
  if (!path.startsWith('/')) return path
  const received = originForm(originalUrl)
  return received === baseUrl + path.slice(1) ? received : baseUrl + path
}
