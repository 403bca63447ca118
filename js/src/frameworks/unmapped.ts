import { EARLIEST } from '../base/instant.js'
import { Policy } from '../policy/policy.js'

/** A route of a framework. */
export interface ListedRoute {
  /** In upper case, or `ALL`. */
  readonly method: string
  /** As the application wrote it. */
  readonly path: string
  /** Paths that match it; `null` if its pattern cannot be read. */
  readonly samples: readonly string[] | null
}

/** A gate, or the policy itself. */
export type PolicyHolder = Policy | { readonly policy: Policy }

/** The methods to try for a route that takes all methods. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

/**
 * The routes that the policy does not cover, such as `"DELETE /users/:id"`: all requests to them are denied. A route
 * for all methods is covered if the policy covers one of them. Routes that cannot be read are listed too.
 */
export function unmappedOf(routes: Iterable<ListedRoute>, knowing: PolicyHolder): string[] {
  const policy = knowing instanceof Policy ? knowing : knowing.policy
  const known = (method: string, target: string) =>
    policy.decide({ method, target }, { token: null, now: EARLIEST }).details.route !== null
  const found = new Set<string>()
  for (const { method, path, samples } of routes) {
    const methods = method === 'ALL' ? METHODS : [method]
    const mapped = samples?.every((sample) => methods.some((each) => known(each, sample)))
    if (mapped !== true) found.add(`${method} ${path}`)
  }
  // HEAD follows GET: a framework that lists both means one route.
  return [...found].filter((route) => !route.startsWith('HEAD ') || !found.has(`GET ${route.slice(5)}`))
}
