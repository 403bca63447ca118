// Asks an application with random requests, and looks for one that breaks the law.
import { Gate } from 'portcullis'

import { wrongIn } from './judge.mjs'
import { Random } from './random.mjs'
import { opened, scenarioOf, targetOf } from './scenario.mjs'

/** Requests for each policy. */
const EACH = 25

/** What one request did: the handler that ran with its decision, or `null`; `undefined` where no application could be built. */
async function asking(build, scenario, asks) {
  const under = opened(scenario)
  if (under === null) return undefined
  const { policy, held, now } = under
  const gate = new Gate({ policy, now: () => now, tokens: () => held?.record ?? null })
  try {
    const ask = await build(scenario, gate)
    const ran = []
    for (const { method, target } of asks) ran.push(await ask({ method, target, authorization: held?.bearer }))
    return ran
  } catch (error) {
    if (isUnbuildable(error)) return undefined
    throw error
  }
}

/** Routers refuse some sets of routes; a guard refuses settings that contradict the policy's. */
function isUnbuildable(error) {
  return error.constructor.name === 'UnsupportedPathError' || /already declared|portcullis|Duplicate param name/.test(error.message)
}

/** Holds the law in this many requests. Resolves to what was seen; `found` is the first request that broke it, made small. */
export async function held(build, pairs, seed, options, judge = wrongIn) {
  const random = new Random(seed)
  const seen = { pairs: 0, ran: 0, refused: 0, broken: 0, found: null }
  while (seen.pairs < pairs) {
    const scenario = scenarioOf(random, options)
    const asks = Array.from({ length: EACH }, () => targetOf(random, scenario))
    const ran = await asking(build, scenario, asks)
    if (ran === undefined) {
      seen.refused++
      // Settings that no policy can go with.
      if (seen.pairs === 0 && seen.refused === 100) return seen
      continue
    }
    for (const [place, each] of ran.entries()) {
      seen.pairs++
      if (each === null) continue
      seen.ran++
      const wrong = judge(scenario, each)
      if (wrong === null) continue
      seen.broken++
      seen.found ??= await shrunk(build, judge, { scenario, ask: asks[place], wrong })
    }
  }
  return seen
}

/** The smallest scenario and target, one step after the other, that still break the law. */
async function shrunk(build, judge, found) {
  for (let better = found; better !== undefined; ) {
    found = better
    better = undefined
    for (const { scenario, ask } of smaller(found)) {
      const [ran = null] = (await asking(build, scenario, [ask])) ?? []
      const wrong = ran === null ? null : judge(scenario, ran)
      if (wrong === null) continue
      better = { scenario, ask, wrong }
      break
    }
  }
  const { scenario: { paths, routes, extra, grants, mounts }, ask, wrong } = found
  const on = ({ method, template, requirement }) => [`${method} ${template}`, requirement]
  return { paths, routes: routes.map(on), extra: extra.map(on), mounts, grants, ask: `${ask.method} ${ask.target}`, wrong }
}

function* smaller({ scenario, ask }) {
  const count = scenario.routes.length
  for (const number of scenario.routes.keys()) {
    if (count > 1) yield { scenario: without(scenario, number), ask }
  }
  for (const number of scenario.extra.keys()) yield { scenario: without(scenario, count + number), ask }
  for (const name of Object.keys(scenario.paths)) {
    yield { scenario: { ...scenario, paths: Object.fromEntries(Object.entries(scenario.paths).filter(([other]) => other !== name)) }, ask }
  }
  if (scenario.mounts.some((mount) => mount > 0)) yield { scenario: { ...scenario, mounts: scenario.mounts.map(() => 0) }, ask }
  const { grants } = scenario
  if (grants !== null) {
    yield { scenario: { ...scenario, grants: null }, ask }
    for (const grant of grants) yield { scenario: { ...scenario, grants: grants.filter((other) => other !== grant) }, ask }
  }
  const { target } = ask
  for (const shorter of [target.replace(/\?.*/, ''), target.replace(/%([2-7][0-9a-f])/i, (_, hex) => String.fromCharCode(parseInt(hex, 16)))]) {
    if (shorter !== target && shorter.length < target.length) yield { scenario, ask: { ...ask, target: shorter } }
  }
  for (let at = 1; at < target.length; at++) yield { scenario, ask: { ...ask, target: target.slice(0, at) + target.slice(at + 1) } }
}

/** The scenario without one of its routes, whose requirements keep their names. */
function without({ routes, extra, order, mounts, ...rest }, number) {
  const keep = (_, place) => place !== number
  const fixed = routes.map((route) => route)
  return {
    ...rest,
    routes: fixed.filter(keep),
    extra: extra.filter((_, place) => place + routes.length !== number),
    order: order.filter((other) => other !== number).map((other) => (other > number ? other - 1 : other)),
    mounts: mounts.filter(keep),
  }
}
