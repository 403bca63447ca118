import type { Express, Request, RequestHandler } from 'express'

import type { Allowed } from '../decision/decision.js'
import type { Gate } from '../gate/gate.js'
import { originForm } from '../gate/request.js'
import { RouterMatch, unchanged } from './router-match.js'
import { checkRequest, type GuardOptions } from './guard.js'
import { listedIn } from './express-routes.js'
import { responseEnd } from './response-end.js'
import { type PolicyHolder, unmappedOf } from './unmapped.js'

export type { GuardOptions } from './guard.js'
export type { PolicyHolder } from './unmapped.js'

declare global {
  namespace Express {
    interface Request {
      /** Why the request may pass, with the verified identity. Set behind a guard. */
      decision?: Allowed
    }
  }
}

/**
 * Middleware that answers denials, and lets only allowed requests through: `app.use(guard(gate))`. The decision is
 * `req.decision`.
 *
 * Routes that are registered before it are not guarded. Behind a method override the effective method counts, behind a
 * rewrite of `req.url` the path that Express routes. Runs with Express 4 and 5.
 */
export function guard<Context = unknown>(gate: Gate<Context>, options: GuardOptions<Request, Context> = {}): RequestHandler {
  // Routers of Express look away from case unless each of them is told otherwise.
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
 * The routes of this application or router that the policy does not know. Middleware is no route. An application that is
 * mounted in another is named as a whole: list it by itself.
 */
export function unmapped(app: Express | { readonly stack: unknown }, gate: PolicyHolder): string[] {
  return unmappedOf(listedIn(app), gate)
}

/**
 * What Express routes: the mount path and what is left behind it. Where they are the received target in two pieces, that
 * one, since Express adds a slash to a mount path that stands alone.
 */
function targetIn({ originalUrl, baseUrl, url }: Request): string {
  const path = originForm(url)
  if (!path.startsWith('/')) return path
  const received = originForm(originalUrl)
  return received === baseUrl + path.slice(1) ? received : baseUrl + path
}
