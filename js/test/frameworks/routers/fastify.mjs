import fastify from 'fastify'
import { guard } from 'portcullis/fastify'

import { answered } from './wire.mjs'

const urlOf = (template) => template.replace(/\{(\w+)(\.\.\.)?\}/g, (_, name, rest) => (rest === undefined ? `:${name}` : '*'))

function valuesIn(template, params) {
  return Array.from(template.matchAll(/\{(\w+)(\.\.\.)?\}/g), ([part, name, rest]) => [part, params[rest === undefined ? name : '*']])
}

/** An application with these settings of its router, guarded unless there is no gate. */
export function onFastify(routerOptions) {
  return async ({ routes, extra, order, mounts }, gate) => {
    const app = fastify({ routerOptions })
    if (gate !== null) await app.register(guard, { gate })
    let ran = null
    for (const number of order) {
      const { method, template } = [...routes, ...extra][number]
      const handler = async (request) => {
        ran = { number, values: valuesIn(template, request.params), decision: request.decision }
        return ''
      }
      const segments = template.split('/')
      const cut = Math.min(mounts[number], segments.length - 2)
      const add = (scope, path) => scope.route({ method, url: urlOf(path), handler, exposeHeadRoute: false })
      if (cut === 0) add(app, template)
      else await app.register(async (scope) => add(scope, `/${segments.slice(cut + 1).join('/')}`), { prefix: urlOf(segments.slice(0, cut + 1).join('/')) })
    }
    await app.ready()
    return async (asked) => {
      ran = null
      await answered((req, res) => app.routing(req, res), asked)
      return ran
    }
  }
}
