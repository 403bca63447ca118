import { Hono } from 'hono'
import { LinearRouter } from 'hono/router/linear-router'
import { PatternRouter } from 'hono/router/pattern-router'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { SmartRouter } from 'hono/router/smart-router'
import { TrieRouter } from 'hono/router/trie-router'
import { guard } from 'portcullis/hono'

export const ROUTERS = {
  RegExpRouter: () => new RegExpRouter(),
  TrieRouter: () => new TrieRouter(),
  SmartRouter: () => new SmartRouter({ routers: [new RegExpRouter(), new TrieRouter()] }),
  LinearRouter: () => new LinearRouter(),
  PatternRouter: () => new PatternRouter(),
}

/** One segment in the notation of Hono, which has no parameter beside text: there it takes a regular expression. */
function segmentOf(segment, rest) {
  if (!segment.includes('{')) return segment
  const [, name, dots] = /\{(\w+)(\.\.\.)?\}/.exec(segment)
  if (dots !== undefined) return rest ? `:${name}{.+}` : '*'
  if (segment === `{${name}}`) return `:${name}`
  return `:${name}{${segment.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}}`
}

function valuesIn(template, c) {
  const values = []
  for (const segment of template.split('/').filter((each) => each.includes('{'))) {
    const [, name, dots] = /\{(\w+)(\.\.\.)?\}/.exec(segment)
    const value = c.req.param(name)
    // What an unnamed wildcard stands for is nowhere told.
    if (dots === undefined || value !== undefined) values.push([segment, value])
  }
  return values
}

/** An application with this router, guarded unless there is no gate. */
export function onHono(router, strict) {
  return async ({ routes, extra, order, mounts }, gate) => {
    const app = new Hono({ router: ROUTERS[router](), strict })
    if (gate !== null) app.use(guard(gate))
    let ran = null
    for (const number of order) {
      const { method, template } = [...routes, ...extra][number]
      const path = (segments) => segments.map((each) => segmentOf(each, mounts[number] > 0)).join('/')
      const segments = template.split('/')
      const cut = Math.min(mounts[number], segments.length - 2)
      const handler = (c) => {
        ran = { number, values: valuesIn(template, c), decision: c.get('decision') }
        return c.body('')
      }
      if (cut === 0) app.on(method, path(segments), handler)
      else app.route(path(segments.slice(0, cut + 1)), new Hono({ strict }).on(method, `/${path(segments.slice(cut + 1))}`, handler))
    }
    app.onError((_, c) => c.body('', 500))
    return async ({ method, target, authorization }) => {
      ran = null
      const headers = authorization === undefined ? {} : { authorization }
      let request
      try {
        request = new Request(`http://api.test${target}`, { method, headers })
      } catch {
        return null
      }
      await app.fetch(request)
      return ran
    }
  }
}
