import { EARLIEST } from '../base/instant.js'
import type { Policy } from '../policy/policy.js'
import { type PathRules, sampleOf, templatesOf } from './templates.js'

/** One setting of a router. */
export interface RouterSetting {
  /** As a person writes it: `routerOptions.caseSensitive: false`. */
  readonly written: string
  /** Whether the router ignores the difference. */
  readonly ignores: boolean
}

/** The settings of a router that correspond to `paths` of the policy. */
export interface RouterSettings {
  readonly router: string
  readonly case?: RouterSetting
  readonly trailingSlash?: RouterSetting
}

/**
 * Throws if the policy ignores a difference between paths that the router does not ignore.
 *
 * The reverse is safe: the policy denies the paths that only the router takes for the same.
 */
export function assertSettings(policy: Policy, { router, case: letters, trailingSlash }: RouterSettings): void {
  const rules = pathRulesOf(policy)
  if (rules.ignoresCase && letters?.ignores === false) throw contradiction(router, letters, '"case": "ignore"', '"exact"')
  if (rules.ignoresTrailingSlash && trailingSlash?.ignores === false) {
    throw contradiction(router, trailingSlash, '"trailingSlash": "ignore"', '"strict"')
  }
}

/** An error that names both settings; `otherwise` is the value of the policy's that would agree, if there is one. */
export function contradiction(router: string, { written }: RouterSetting, policy: string, otherwise: string | null): TypeError {
  const fix = otherwise === null ? `change the setting of ${router}` : `change the setting of ${router}, or the policy's to ${otherwise}`
  return new TypeError(`portcullis: ${router} has ${written} and the policy has "paths": { ${policy} }, so they read paths differently; ${fix}`)
}

const known = new WeakMap<Policy, PathRules>()

/** How a policy compares paths, found out with its own routes. */
export function pathRulesOf(policy: Policy): PathRules {
  let rules = known.get(policy)
  if (rules === undefined) {
    rules = {
      ignoresCase: ignores(policy, upper),
      ignoresTrailingSlash: ignores(policy, slashed),
      semicolonIsLiteral: policy.decide({ method: 'GET', target: '/;' }, { token: null, now: EARLIEST }).reason !== 'bad_path',
    }
    known.set(policy, rules)
  }
  return rules
}

/** Whether a path that is changed in this way leads to the same route. */
function ignores(policy: Policy, change: (path: string) => string | null): boolean {
  for (const { on } of policy.routes) {
    const space = on.indexOf(' ')
    const [template = []] = templatesOf(on.slice(space + 1), 'policy') ?? []
    const target = change(sampleOf(template, '0'))
    if (target === null) continue
    return policy.decide({ method: on.slice(0, space), target }, { token: null, now: EARLIEST }).details.route === on
  }
  return false
}

function upper(path: string): string | null {
  const changed = path.toUpperCase()
  return changed === path ? null : changed
}

function slashed(path: string): string | null {
  return path.endsWith('/') ? null : `${path}/`
}
