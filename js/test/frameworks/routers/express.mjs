import express from 'express'
import express4 from 'express4'
import { guard } from 'portcullis/express'

import { answered } from './wire.mjs'

const NOTATIONS = { 5: { rest: (name) => `*${name}` }, 4: { rest: () => '*' } }

/** A template in the notation of Express. */
function pathOf(template, version) {
  return template.replace(/\{(\w+)(\.\.\.)?\}/g, (_, name, rest) => (rest === undefined ? `:${name}` : NOTATIONS[version].rest(name)))
}

/** What a handler gets: each parameter of the template with its value. */
function valuesIn(template, params) {
  let unnamed = 0
  return Array.from(template.matchAll(/\{(\w+)(\.\.\.)?\}/g), ([part, name, rest]) => {
    const value = rest === undefined ? params[name] : (params[name] ?? params[unnamed++])
    return [part, Array.isArray(value) ? value.join('/') : value]
  })
}

/** An application of this version and these settings, guarded unless there is no gate; `rewrite` changes URLs behind the guard. */
export function onExpress(version, settings = {}, rewrite) {
  const framework = version === 5 ? express : express4
  return async ({ routes, extra, order, mounts }, gate) => {
    const app = framework()
    for (const [name, value] of Object.entries(settings)) app.set(name, value)
    if (gate !== null) app.use(guard(gate))
    if (rewrite !== undefined) app.use((req, _, next) => ((req.url = rewrite(req.url)), next()))
    let ran = null
    for (const number of order) {
      const { method, template } = [...routes, ...extra][number]
      const segments = template.split('/')
      const cut = Math.min(mounts[number], segments.length - 2)
      const handler = (req, res) => {
        ran = { number, values: valuesIn(template, req.params), decision: req.decision }
        res.end()
      }
      const options = { mergeParams: true, strict: settings['strict routing'], caseSensitive: settings['case sensitive routing'] }
      const router = cut > 0 ? framework.Router(options) : app
      router[method.toLowerCase()](pathOf(`/${segments.slice(cut + 1).join('/')}`, version), handler)
      if (cut > 0) app.use(pathOf(segments.slice(0, cut + 1).join('/'), version), router)
    }
    let refused = null
    app.use((error, _req, res, _next) => {
      if (error instanceof TypeError) refused ??= error
      res.statusCode = error.status ?? 500
      res.end()
    })
    // Express has no moment of starting: the guard says with the first request that settings contradict each other.
    await answered((req, res) => app.handle(req, res, () => res.end()), { method: 'GET', target: '/' })
    if (refused !== null) throw refused
    return async (asked) => {
      ran = null
      await answered((req, res) => app.handle(req, res, () => (res.statusCode = 404, res.end())), asked)
      return ran
    }
  }
}
