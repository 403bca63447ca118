// The law: the handler that runs is the decided one, or one whose own requirement was met; it gets the values decided.
import { shapeOf } from './scenario.mjs'

/**
 * What is wrong with a handler that ran, or `null`.
 *
 * `ran` holds the number of its route, the values that it got, each with the part of the template that it stands for,
 * and the decision.
 */
export function wrongIn({ routes, extra, grants }, { number, values, decision }) {
  const { route: decided, params } = decision.details
  const route = [...routes, ...extra][number]
  const own = `${route.method} ${route.template}`
  if (decided === own) {
    const other = values.find(([part, value]) => filled(part, params) !== value)
    return other === undefined ? null : `${own} got ${JSON.stringify(other)}, decided were ${JSON.stringify(params)}`
  }
  if (number < routes.length) return isMet(route, values, grants) ? null : `${own} ran, decided was ${decided}`
  // The policy does not have it: a closed route may cover it, and what it covers may be handed on by it.
  const wide = routes.find((each) => `${each.method} ${each.template}` === decided)
  const covered = wide !== undefined && wide.requirement.open !== true && covers(wide.template, route.template)
  const handsOn = wide !== undefined && route.template.endsWith('...}') && covers(route.template, wide.template)
  return covered || handsOn ? null : `${own} is not in the policy and ran, decided was ${decided}`
}

/** What is wrong with a handler that ran behind an edge that decided, or `null`: its own requirement must be met. */
export function unmetIn({ routes, grants }, { number, values, decision }) {
  const { method, template } = routes[number]
  return isMet(routes[number], values, grants) ? null : `${method} ${template} ran with ${JSON.stringify(values)}, decided was ${decision.details.route}`
}

function filled(part, params) {
  return part.replace(/\{(\w+)(?:\.\.\.)?\}/g, (_, name) => params[name])
}

function isMet({ requirement: { open, authenticated, needs } }, values, grants) {
  if (open === true) return true
  if (grants === null) return false
  if (authenticated === true) return true
  const wanted = needs.replace(/\{(\w+)\}/, (whole) => values.find(([part]) => part === whole)?.[1])
  return grants.includes(wanted)
}

/** Whether every path of the second template is one of the first. */
function covers(wide, narrow) {
  const [one, other] = [wide, narrow].map((template) => shapeOf(template).split('/'))
  for (const [place, segment] of one.entries()) {
    if (segment === '{...}') return other.length > place
    const beside = other[place]
    if (beside === undefined || beside === '{...}') return false
    if (segment === '{}' ? beside === '' : segment !== beside && !fits(segment, beside)) return false
  }
  return one.length === other.length
}

/** Whether a pattern such as `{}-{}` takes this text, or every text of another pattern. */
function fits(pattern, text) {
  if (!pattern.includes('{}') || text === '{}') return false
  const parts = pattern.split('{}').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.+')}$`).test(text.replaceAll('{}', 'x'))
}
