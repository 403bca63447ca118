import { EARLIEST } from '../base/instant.js'
import type { Details } from '../decision/details.js'
import type { Policy, RouteDescription } from '../policy/policy.js'
import { pathRulesOf } from './router-settings.js'
import { covers, hasSameValues, isSame, looseKeys, type PathRules, pathOf, reaches, sampleOf, type Template, templatesOf, type ValueOf } from './templates.js'

/** Whether the framework took the route that was decided: that one, another one of the policy, or one that the policy lacks. */
export type Taken = 'decided' | 'other' | 'unmapped'

/** What was decided about a path. */
type DecidedRoute = Pick<Details, 'route' | 'params'>

/** A route of the policy, read. */
interface PolicyRoute {
  readonly on: string
  readonly template: Template
  readonly isOpen: boolean
}

/**
 * Compares the route that a framework took with the one that was decided.
 *
 * Routers read paths differently: in another case, with parameters that are empty or split elsewhere, in another order.
 * Templates do not: the framework's and the policy's are either the same or they are not.
 */
export class RouterMatch {
  readonly #policy: Policy
  readonly #rules: PathRules
  readonly #routes = new Map<string, PolicyRoute>()
  /** By method, and by the key that templates of one shape share. */
  readonly #shapes = new Map<string, PolicyRoute[]>()
  readonly #owners = new WeakMap<Template, Map<string, string>>()

  constructor(policy: Policy) {
    this.#policy = policy
    this.#rules = pathRulesOf(policy)
    for (const { on, requirement } of policy.routes) this.#add(on, requirement)
  }

  /** How the route that a framework took stands to the decision; a handler may have several templates. */
  taken(method: string, templates: readonly Template[], valueOf: ValueOf, decided: DecidedRoute): Taken {
    if (templates.some((template) => this.#is(method, template, valueOf, decided))) return 'decided'
    return templates.some((template) => this.has(method, template)) ? 'other' : 'unmapped'
  }

  /** Whether the policy has a route for this template. */
  has(method: string, template: Template): boolean {
    return this.#owner(method, template) !== ''
  }

  #is(method: string, template: Template, valueOf: ValueOf, { route, params }: DecidedRoute): boolean {
    const decided = this.#routes.get(route ?? '')
    if (decided === undefined) return false
    if (isSame(template, decided.template, this.#rules)) {
      return this.#means(method, template, decided) && hasSameValues(template, valueOf, decided.template, params, this.#rules)
    }
    const owner = this.#owner(method, template)
    // A wider route of the policy may stand for many of the framework's, and a catch-all that the policy lacks hands
    // on to whatever the policy allows.
    const isWithin = owner === route || (owner === '' && template.at(-1)?.kind === 'rest' && covers(template, decided.template, this.#rules))
    if (!isWithin) return false
    const taken = pathOf(template, valueOf, this.#rules)
    return taken === null || taken === pathOf(decided.template, (name) => params[name], this.#rules)
  }

  /** The route of the policy that speaks for a template: that of its shape, or a wider one, unless that is open; or `''`. */
  #owner(method: string, template: Template): string {
    const owners = this.#owners.get(template) ?? new Map<string, string>()
    this.#owners.set(template, owners)
    let owner = owners.get(method)
    if (owner === undefined) owners.set(method, (owner = this.#exact(method, template) ?? this.#wider(method, template) ?? ''))
    return owner
  }

  /** Whether a template with regular expressions is this route, and not a wider one of the policy as well. */
  #means(method: string, template: Template, { on, template: own }: PolicyRoute): boolean {
    if (!template.some(({ kind }) => kind === 'checked')) return true
    const others = this.#alike(method, template).filter((other) => other.on !== on && covers(other.template, own, this.#rules))
    return !others.some((other) => reaches(template, own, other.template, this.#rules))
  }

  /** The routes of the policy that could have the shape of a template. */
  #alike(method: string, template: Template): readonly PolicyRoute[] {
    const methods = method === 'HEAD' ? ['HEAD', 'GET'] : [method]
    const keys = looseKeys(template, this.#rules)
    return methods.flatMap((each) => keys.flatMap((key) => this.#shapes.get(`${each} ${key}`) ?? []))
  }

  #exact(method: string, template: Template): string | undefined {
    return this.#alike(method, template).find((candidate) => isSame(template, candidate.template, this.#rules))?.on
  }

  #wider(method: string, template: Template): string | undefined {
    const { route } = this.#policy.decide({ method, target: sampleOf(template) }, { token: null, now: EARLIEST }).details
    const found = this.#routes.get(route ?? '')
    return found !== undefined && !found.isOpen && covers(found.template, template, this.#rules) ? found.on : undefined
  }

  #add(on: string, requirement: RouteDescription['requirement']): void {
    const space = on.indexOf(' ')
    const [template] = templatesOf(on.slice(space + 1), 'policy') ?? []
    if (template === undefined) return
    const route = { on, template, isOpen: requirement === 'open' }
    this.#routes.set(on, route)
    const key = `${on.slice(0, space)} ${String(looseKeys(template, this.#rules)[0])}`
    const sharing = this.#shapes.get(key)
    if (sharing === undefined) this.#shapes.set(key, [route])
    else sharing.push(route)
  }
}
