import type { Express, Request, RequestHandler } from 'express'

import type { Allowed } from '../decision/decision.js'
import type { Gate } from '../gate/gate.js'
import { originForm } from '../gate/request.js'
import { listedIn } from './express-routes.js'
import { checkRequest, type GuardOptions } from './guard.js'
import { responseEnd } from './response-end.js'
import { RouterMatch, unchanged } from './router-match.js'
import { type PolicyHolder, unmappedOf } from './unmapped.js'

export type { GuardOptions } from './guard.js'
export type { PolicyHolder } from './unmapped.js'

declare global {
  namespace Express {
    interface Request {
      /** The decision that let the request pass, with the verified identity. Set behind a guard. */
      decision?: Allowed
    }
  }
}

/**
 * Middleware that answers denied requests and passes allowed ones on: `app.use(guard(gate))`. The decision is in
 * `req.decision`.
 *
 * Routes registered before it are not guarded. With a method override the effective method counts; with a rewritten
 * `req.url`, the path that Express routes. Works with Express 4 and 5.
 */
export function guard<Context = unknown>(gate: Gate<Context>, options: GuardOptions<Request, Context> = {}): RequestHandler {
  // By default routers of Express ignore case.
  const routerMatch = new RouterMatch(gate.policy, { reads: unchanged, anyCase: true })
  return (req, res, next) => {
    void checkRequest(gate, req, req, options, { target: routerMatch.target(req.method, targetIn(req)), after: responseEnd(res) }).then((decision) => {
      if (!decision.allow) {
        decision.send(res)
        return
      }
      req.decision = decision
      next()
    }, next)
  }
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
