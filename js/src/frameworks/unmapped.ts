import { Policy } from '../policy/policy.js'
import { RouterMatch } from './router-match.js'
import type { Template } from './templates.js'

/** A route of a framework. */
export interface ListedRoute {
  /** In upper case, or `ALL`. */
  readonly method: string
  /** As the application wrote it. */
  readonly path: string
  /** Each way to write it without its optional parts; `null` if it cannot be read. */
  readonly templates: readonly Template[] | null
}

/** A gate, or the policy itself. */
export type PolicyHolder = Policy | { readonly policy: Policy }

/** The methods to try for a route that takes all methods. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

/**
 * The routes that the policy does not cover, such as `"DELETE /users/:id"`: all requests to them are denied. A wider
 * route of the policy covers them, unless it is open. A route for all methods is covered if the policy covers one of
 * them. Routes that cannot be read are listed too.
 */
export function unmappedOf(routes: Iterable<ListedRoute>, holder: PolicyHolder): string[] {
  const match = new RouterMatch(holder instanceof Policy ? holder : holder.policy)
  const found = new Set<string>()
  for (const { method, path, templates } of routes) {
    const methods = method === 'ALL' ? METHODS : [method]
    const isCovered = templates?.every((template) => methods.some((each) => match.has(each, template)))
    if (isCovered !== true) found.add(`${method} ${path}`)
  }
  // HEAD follows GET; frameworks that list both mean one route.
  return [...found].filter((route) => !route.startsWith('HEAD ') || !found.has(`GET ${route.slice(5)}`))
}
