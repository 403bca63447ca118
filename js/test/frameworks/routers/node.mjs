import findMyWay from 'find-my-way'
import { guard } from 'portcullis/node'

import { answered } from './wire.mjs'

const colons = (template) => template.replace(/\{(\w+)(\.\.\.)?\}/g, (_, name, rest) => (rest === undefined ? `:${name}` : '*'))

function valuesIn(template, params) {
  return Array.from(template.matchAll(/\{(\w+)(\.\.\.)?\}/g), ([part, name, rest]) => [part, params[rest === undefined ? name : '*']])
}

/** A listener with find-my-way behind the guard, which is told what the router takes. */
export function onFindMyWay(options) {
  return async ({ routes, extra, order }, gate) => {
    const router = findMyWay(options)
    let ran = null
    for (const number of order) {
      const { method, template } = [...routes, ...extra][number]
      router.on(method, colons(template), (_, res, params, { decision }) => {
        ran = { number, values: valuesIn(template, params), decision }
        res.end()
      }, { number })
    }
    const find = ({ method, url }) => router.find(method, url.replace(/\?.*$/s, ''))
    const route = (req) => {
      const found = find(req)
      if (found === null) return null
      const { template } = [...routes, ...extra][found.store.number]
      const values = valuesIn(template, found.params)
      return { route: template, params: Object.fromEntries(values.map(([part, value]) => [/\w+/.exec(part)[0], value])) }
    }
    const listener = guard(gate, (req, res, decision) => {
      const found = find(req)
      if (found === null) return res.end()
      return found.handler(req, res, found.params, { decision })
    }, { route })
    return async (asked) => {
      ran = null
      await answered(listener, asked)
      return ran
    }
  }
}

/** A listener as the README shows it: the handler belongs to the route that was decided. */
export async function onDecidedRoute({ routes, extra }, gate) {
  let ran = null
  const listener = guard(gate, (_, res, decision) => {
    const { route, params } = decision.details
    const number = routes.findIndex(({ method, template }) => `${method} ${template}` === route)
    const { template } = [...routes, ...extra][number]
    ran = { number, values: Array.from(template.matchAll(/\{(\w+)(?:\.\.\.)?\}/g), ([part, name]) => [part, params[name]]), decision }
    res.end()
  })
  return async (asked) => {
    ran = null
    await answered(listener, asked)
    return ran
  }
}
