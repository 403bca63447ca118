// Every framework, version and setting that the law is held for.
import { onExpress } from './express.mjs'
import { onFastify } from './fastify.mjs'
import { onHono, ROUTERS } from './hono.mjs'
import { onNext } from './next.mjs'
import { onDecidedRoute, onFindMyWay } from './node.mjs'

const both = [false, true]
const all = {}

const STRICT = 'strict routing'
const SENSITIVE = 'case sensitive routing'
for (const version of [4, 5]) {
  for (const strict of both) {
    for (const sensitive of both) {
      const settings = { ...(strict && { [STRICT]: true }), ...(sensitive && { [SENSITIVE]: true }) }
      all[`express ${version}, ${strict ? STRICT : 'defaults'}${sensitive ? `, ${SENSITIVE}` : ''}`] = { build: onExpress(version, settings) }
    }
  }
  const rewrite = (url) => url.replace(/^\/(jobs|k)(?=[/?]|$)/, '/files').replace(/purge/, 'me')
  all[`express ${version}, rewriting behind the guard`] = { build: onExpress(version, {}, rewrite) }
}

const FASTIFY = [{ caseSensitive: false }, { ignoreTrailingSlash: true }, { ignoreDuplicateSlashes: true }]
for (let chosen = 0; chosen < 1 << FASTIFY.length; chosen++) {
  const options = Object.assign({}, ...FASTIFY.filter((_, bit) => (chosen & (1 << bit)) !== 0))
  all[`fastify, ${Object.keys(options).join(', ') || 'defaults'}`] = { build: onFastify(options) }
}

for (const router of Object.keys(ROUTERS)) {
  for (const strict of both) all[`hono, ${router}, strict: ${strict}`] = { build: onHono(router, strict) }
}

const whole = { kinds: [] }
all['next, routes named'] = { build: onNext(), options: whole }
all['next, routes named, rewrites'] = { build: onNext({ rewrites: true }), options: whole }
all['next, routes not named'] = { build: onNext({ named: false }), options: whole }
all['node, find-my-way'] = { build: onFindMyWay({}) }
all['node, find-my-way, loose'] = { build: onFindMyWay({ caseSensitive: false, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true }) }
all['node, the decided route'] = { build: onDecidedRoute }

/** By name: how its application is built, and what its templates may hold. */
export const settings = Object.entries(all).map(([name, { build, options = {} }]) => ({ name, build, options }))
