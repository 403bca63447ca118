import { targetOf } from '../decision/identity.js'
import { type Segment, type Template, templatesOf } from './templates.js'

/** The path that a route file serves, without route groups and slots. Takes a file, its URL, or a route. */
export function routeOf(file: string): string {
  const route = belowApp(file)
    .replace(/\.[cm]?[jt]sx?$/, '')
    .replace(/\/(?:route|index)$/, '')
    .split('/')
    .filter((segment) => segment !== '' && !/^\(.*\)$/.test(segment) && !segment.startsWith('@'))
  return `/${route.join('/')}`
}

/** The part of a path below `app` or `pages`. */
function belowApp(file: string): string {
  if (!file.startsWith('file:')) return file.replace(/^\.?\/?(?:src\/)?(?:app|pages)\//, '/')
  const segments = new URL(file).pathname.split('/').map(decodeURIComponent)
  const places = segments.flatMap((segment, place) => (segment === 'app' || segment === 'pages' ? [place] : []))
  const [place] = places
  // Which one is the folder of the routes cannot be seen.
  if (place === undefined || places.length > 1) throw new TypeError(`portcullis: ${file} does not tell its route: write it as "/books/[id]"`)
  return segments.slice(place + 1).join('/')
}

/** Each way to write the route of a file without its optional parts; `null` if it cannot be read. */
export function templatesOfFile(file: string): readonly Template[] | null {
  const pattern = routeOf(file)
    .slice(1)
    .split('/')
    .map((segment) => {
      const [, dots = '', name] = /^\[\[?(\.\.\.)?([^[\]]+)\]\]?$/.exec(segment) ?? []
      if (name === undefined) return `/${segment.replace(/[\\:*{}()+?!"]/g, '\\$&')}`
      const parameter = `/${dots === '' ? ':' : '*'}"${name}"`
      return segment.startsWith('[[') ? `{${parameter}}` : parameter
    })
  return templatesOf(pattern.join(''), 'express5')
}

/** Path and query as Next routes them: without the base path, which middleware finds in its URL and a handler does not. */
export function routedTarget(request: Request): string {
  const target = targetOf(request.url)
  const { basePath = '' } = (request as { readonly nextUrl?: { readonly basePath?: string } }).nextUrl ?? {}
  if (basePath === '' || !target.startsWith(basePath)) return target
  const rest = target.slice(basePath.length)
  return rest === '' || rest.startsWith('?') ? `/${rest}` : rest.startsWith('/') ? rest : target
}

/** The target that a route has with these values, and the form of the route that has them; no path where one is missing. */
export function targetOfRoute(
  templates: readonly Template[],
  params: Readonly<Record<string, string | readonly string[] | undefined>>,
  asked: string,
): { readonly template: Template; readonly target: string } {
  const query = asked.indexOf('?')
  // The longest form whose parameters are all there.
  const [template = []] = templates.filter((each) => each.every((segment) => valuesOf(segment, params) !== null)).sort((a, b) => b.length - a.length)
  const path = template.map((segment) => `/${(valuesOf(segment, params) ?? []).map(encodeURIComponent).join('/')}`).join('')
  return { template, target: path + (query < 0 ? '' : asked.slice(query)) }
}

function valuesOf(segment: Segment, params: Readonly<Record<string, string | readonly string[] | undefined>>): readonly string[] | null {
  if (segment.kind === 'text') return [segment.text]
  if (segment.kind === 'pattern') return null
  const value = params[segment.name]
  if (value === undefined || value.length === 0) return null
  return typeof value === 'string' ? [value] : value
}

/**
 * Whether the text of a route stands in a path as it was sent, and the values of the handler are those decided: a
 * platform that decodes before it selects a handler, and one that does not, then take the same one.
 */
export function isReadAsSent(
  on: string,
  target: string,
  values: readonly (string | readonly string[] | undefined)[] | undefined,
  params: Readonly<Record<string, string>>,
): boolean {
  const [template = []] = templatesOf(on.slice(on.indexOf(' ') + 1), 'policy') ?? []
  const sent = target.replace(/\?.*$/s, '').slice(1).split('/')
  if (!template.every((segment, place) => isSentAs(segment, sent[place] ?? ''))) return false
  if (values === undefined) return true
  const decided = Object.values(params).sort()
  const found = values.filter((value) => value !== undefined).map((value) => [value].flat().join('/')).sort()
  return found.length === decided.length && found.every((value, place) => value === decided[place])
}

function isSentAs(segment: Segment, sent: string): boolean {
  if (segment.kind === 'text') return sent === segment.text || sent === encodeURI(segment.text)
  if (segment.kind !== 'pattern') return true
  const { texts } = segment
  const [first = '', last = ''] = [texts[0], texts.at(-1)]
  return sent.startsWith(first) && sent.endsWith(last) && texts.every((text) => sent.includes(text))
}
