// An edge worker that decides and forwards, in front of an application that has no guard.
import { onExpress } from './express.mjs'
import { onFastify } from './fastify.mjs'
import { onHono } from './hono.mjs'

/** What an origin gets of a request that the gate allows; `null` otherwise. */
async function forwarded(gate, { method, target, authorization }) {
  let request
  try {
    request = new Request(`https://api.test${target}`, { method, headers: authorization === undefined ? {} : { authorization } })
  } catch {
    return null
  }
  const decision = await gate.check(request)
  if (!decision.allow) return null
  const { pathname, search } = new URL(decision.forward(request).url)
  return { decision, asked: { method, target: pathname + search } }
}

/** Rest, parameter, pattern, text, end: the order of the segments of a template, from the widest. */
const ranks = ({ template }) => template.split('/').map((segment) => (!segment.includes('{') ? 'd' : segment.includes('...') ? 'a' : /^\{\w+\}$/.test(segment) ? 'b' : 'c')).join('') + 'e'

/** The narrower of two routes is registered first, as applications do. */
const narrowFirst = ({ routes }) => [...routes.keys()].sort((one, other) => (ranks(routes[one]) < ranks(routes[other]) ? 1 : -1))

/** An origin that drops a slash at the end of paths has no route that ends in one. */
const withoutSlashes = ({ routes, ...rest }) => ({ ...rest, routes: routes.map((route) => ({ ...route, template: route.template.replace(/(?<=.)\/$/, '') })) })

const behind = (build, registered = (scenario) => scenario) => async (scenario, gate) => {
  const ask = await build(registered({ ...scenario, order: narrowFirst(scenario) }), null)
  return async (request) => {
    const passed = await forwarded(gate, request)
    const ran = passed === null ? null : await ask(passed.asked)
    return ran === null ? null : { ...ran, decision: passed.decision }
  }
}

/** A server that makes a path plain and takes the first route that matches it. */
const onServer = (plain) => ({ routes, order }) => {
  const patterns = order.map((number) => {
    const { method, template } = routes[number]
    const source = template.split('/').map((segment) => (segment.includes('...') ? '(.*)' : segment.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '([^/]+)')))
    return { method, template, number, pattern: new RegExp(`^${source.join('/')}$`, 'i') }
  })
  return ({ method, target }) => {
    const path = plain(target.replace(/\?.*$/, ''))
    for (const { method: own, template, number, pattern } of patterns) {
      const found = own === (method === 'HEAD' ? 'GET' : method) ? pattern.exec(path) : null
      if (found === null) continue
      const values = Array.from(template.matchAll(/\{\w+(?:\.\.\.)?\}/g), ([part], place) => [part, found[place + 1]])
      return { number, values }
    }
    return null
  }
}

/** As a file server and nginx see a path: decoded, with doubled slashes as one, in any case, with a slash at the end or not. */
function decodedAndMerged(path) {
  try {
    return decodeURIComponent(path).replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '')
  } catch {
    return path
  }
}

const plain = { kinds: [] }

/** By name: how the origin is built, and what its templates may hold. */
export const origins = Object.entries({
  'express 5': { build: onExpress(5) },
  'express 4': { build: onExpress(4) },
  'express 5, strict and sensitive': { build: onExpress(5, { 'strict routing': true, 'case sensitive routing': true }) },
  'fastify': { build: onFastify({}) },
  'fastify, loose': { build: onFastify({ caseSensitive: false, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true }) },
  'hono': { build: onHono('SmartRouter', true), options: plain },
  'hono, not strict': { build: onHono('TrieRouter', false), options: plain, registered: withoutSlashes },
  'a server that decodes': { build: onServer(decodedAndMerged), options: plain, registered: withoutSlashes },
}).map(([name, { build, options, registered }]) => ({ name, build: behind(build, registered), options: { ...options, more: 0 } }))
