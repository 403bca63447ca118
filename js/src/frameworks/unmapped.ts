import { EARLIEST } from '../base/instant.js'
import { Policy } from '../policy/policy.js'

/** A route as a framework has it. */
export interface ListedRoute {
  /** In upper case, or `ALL`. */
  readonly method: string
  /** As the application wrote it. */
  readonly path: string
  /** Paths that it matches; `null` when its pattern cannot be read. */
  readonly samples: readonly string[] | null
}

/** What knows the policy: a gate, or the policy itself. */
export type PolicyHolder = Policy | { readonly policy: Policy }

/** The methods that a route for all methods is tried with. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

/**
 * Of these routes those that the policy does not know, as `"DELETE /users/:id"`: every request to them is denied. A route
 * for all methods is known when the policy knows it with one of them. What cannot be read is named as well: rather one
 * too many.
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
  // HEAD follows GET; frameworks that list both mean one route.
  return [...found].filter((route) => !route.startsWith('HEAD ') || !found.has(`GET ${route.slice(5)}`))
}
