// Reads the routes of Express. This is undocumented and differs between versions.
import { samplesOf } from './sample-paths.js'
import type { ListedRoute } from './unmapped.js'

type Path = string | RegExp | readonly Path[]

interface Layer {
  readonly name?: string
  readonly route?: { readonly path: Path; readonly methods: Readonly<Record<string, boolean>> }
  readonly handle?: { readonly stack?: unknown }
  /** The mount path, since Express 5.3. */
  readonly rawPath?: Path
  /** The mount path in Express 4, as a regular expression. */
  readonly regexp?: RegExp & { readonly fast_slash?: boolean }
}

/** Where a router is mounted; `null` if that cannot be read. */
type Prefix = string | null

/** Every route of an application or a router, including nested routers. */
export function listedIn(app: object): ListedRoute[] {
  const { stack, path } = app as { stack?: unknown; path?: unknown }
  const layers = stack ?? routerOf(app)?.stack
  const prefix = typeof path === 'function' && stack === undefined ? String(path.call(app)) : ''
  return layersIn(layers).flatMap((layer) => listed(layer, prefix))
}

/** The router of an application. Express 4 has it under another name, and throws on `app.router`. */
function routerOf(app: object): { readonly stack?: unknown } | undefined {
  const { _router } = app as { _router?: { readonly stack?: unknown } }
  if (_router !== undefined) return _router
  try {
    return (app as { router?: { readonly stack?: unknown } }).router
  } catch {
    return undefined
  }
}

function layersIn(stack: unknown): readonly Layer[] {
  return Array.isArray(stack) ? (stack as Layer[]) : []
}

function listed(layer: Layer, prefix: Prefix): ListedRoute[] {
  const { route, handle, name } = layer
  if (route !== undefined) {
    const methods = methodsOf(route.methods)
    return pathsIn(route.path).flatMap((path) => methods.map((method) => written(method, prefix, path)))
  }
  const mounted = name === 'mounted_app'
  if (!mounted && handle?.stack === undefined) return []
  return mountsOf(layer).flatMap((path) => {
    if (mounted) return [{ method: 'ALL', path: `${prefix ?? '…'}${path ?? '…'}/…`, samples: null }]
    const below = prefix === null || path === null ? null : prefix + (path === '/' ? '' : path)
    return layersIn(handle?.stack).flatMap((inner) => listed(inner, below))
  })
}

/** For `all`, an application lists every method that Node knows; a router has a word of its own. */
function methodsOf(named: Readonly<Record<string, boolean>>): readonly string[] {
  const methods = Object.keys(named)
  const all = methods.includes('_all') || (methods.includes('propfind') && methods.includes('unsubscribe'))
  return all ? ['ALL'] : methods.map((method) => method.toUpperCase())
}

function written(method: string, prefix: Prefix, path: string | RegExp): ListedRoute {
  if (prefix === null) return { method, path: `…${String(path)}`, samples: null }
  if (typeof path !== 'string') return { method, path: `${prefix}${String(path)}`, samples: null }
  // The root of a router is its mount path.
  const whole = prefix !== '' && path === '/' ? prefix : prefix + path
  return { method, path: whole, samples: samplesOf(whole, 'optional') }
}

function pathsIn(path: Path): readonly (string | RegExp)[] {
  return typeof path === 'string' || path instanceof RegExp ? [path] : path.flatMap(pathsIn)
}

function mountsOf({ rawPath, regexp }: Layer): readonly Prefix[] {
  if (rawPath !== undefined) return pathsIn(rawPath).map((path) => (typeof path === 'string' ? path : null))
  if (regexp === undefined) return [null]
  return [regexp.fast_slash === true ? '/' : sourceOf(regexp)]
}

/** The path that Express 4 turned into this expression, if it contains only text and plain parameters. */
function sourceOf({ source }: RegExp): Prefix {
  const end = '\\/?(?=\\/|$)'
  if (!source.startsWith('^') || !source.endsWith(end)) return null
  const path = source.slice(1, -end.length).replaceAll('(?:([^\\/]+?))', ':parameter').replace(/\\([/.-])/g, '$1')
  return /[\\()[\]^$?*+|{}]/.test(path) ? null : path
}
