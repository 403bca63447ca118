// Next's path matching, as Next 16 does it: it cannot be loaded without all of Next. What is not a redirect is compared
// as it was sent, static segments first, then parameters, then catch-alls; the values of parameters are decoded once.
import { guard } from 'portcullis/next'

/** The file of a template. */
const fileOf = (template) => `app${template.replace(/\{(\w+)(\.\.\.)?\}/g, (_, name, rest) => (rest === undefined ? `[${name}]` : `[...${name}]`))}/route.ts`

/** From the most to the least specific segment. */
const rank = (segment) => (!segment.startsWith('{') ? 0 : segment.endsWith('...}') ? 2 : 1)

function bySpecificity(one, other) {
  const [a, b] = [one, other].map(({ template }) => template.split('/'))
  for (const [place, segment] of a.entries()) {
    const difference = rank(segment) - rank(b[place] ?? '')
    if (difference !== 0) return difference
    if (segment !== b[place]) return segment < (b[place] ?? '') ? -1 : 1
  }
  return 0
}

/** The values of a template in a path, or `null`. */
function matched(template, path) {
  const names = []
  const source = template.split('/').map((segment) => {
    const [, name, rest] = /^\{(\w+)(\.\.\.)?\}$/.exec(segment) ?? []
    if (name === undefined) return segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    names.push([name, rest])
    return rest === undefined ? '([^/]+?)' : '(.+?)'
  })
  const found = new RegExp(`^${source.join('/')}$`).exec(path)
  if (found === null) return null
  return Object.fromEntries(names.map(([name, rest], place) => {
    const value = found[place + 1]
    return [name, rest === undefined ? decodeURIComponent(value) : value.split('/').map(decodeURIComponent)]
  }))
}

/**
 * Route handlers of Next, each guarded; with `rewrites`, some paths run the handler of another route. With `named` the
 * guards know their routes.
 */
export function onNext({ named = true, rewrites = false, basePath = '' } = {}) {
  return async ({ routes, extra, mounts }, gate) => {
    let ran = null
    const all = [...routes, ...extra]
    const sorted = all.map((route, number) => {
      const handler = async (_, { params }, decision) => {
        const given = await params
        const values = Array.from(route.template.matchAll(/\{(\w+)(?:\.\.\.)?\}/g), ([part, name]) => [part, [given[name]].flat().join('/')])
        ran = { number, values, decision }
        return new Response(null)
      }
      return { ...route, handler: guard(gate, handler, named ? { route: fileOf(route.template) } : {}) }
    }).sort(bySpecificity)
    return async ({ method, target, authorization }) => {
      ran = null
      let url
      try {
        url = new URL(`http://api.test${target}`)
      } catch {
        return null
      }
      let { pathname } = url
      // These are redirects.
      if (pathname.includes('//') || (pathname !== '/' && pathname.endsWith('/'))) return null
      if (rewrites && mounts[0] > 0) pathname = pathname.replace(/^\/[^/]*/, `/${['files', 'jobs', 'purge'][mounts[0] % 3]}`)
      const exported = method === 'HEAD' ? 'GET' : method
      for (const { template, method: own, handler } of sorted) {
        let params
        try {
          params = matched(template, pathname)
        } catch {
          return null
        }
        if (params === null || (own !== exported && sorted.some((other) => other.template === template && other.method === exported))) continue
        if (own !== exported) return null
        const headers = authorization === undefined ? {} : { authorization }
        const request = Object.assign(new Request(`http://api.test${target}`, { method, headers }), { nextUrl: { basePath } })
        await handler(request, { params: Promise.resolve(params) })
        return ran
      }
      return null
    }
  }
}
