// What Express knows about its routes. It is undocumented and differs between versions.
import { sourcesOf } from './express4-mounts.js'
import { Patterns, type Template } from './templates.js'
import type { ListedRoute } from './unmapped.js'

type Path = string | RegExp | readonly Path[]

/** A route of a router, with its handlers. */
export interface Route {
  readonly path: Path
  readonly methods: Readonly<Record<string, boolean>>
  stack: readonly Layer[]
}

/** A handler of a router or of a route. */
export interface Layer {
  readonly name?: string
  readonly route?: Route
  readonly handle?: Handler
  /** In Express 5, from router 2.3 on: where the layer is mounted. */
  readonly rawPath?: Path
  /** In Express 5: whether that is the root. */
  readonly slash?: boolean
  /** In Express 4: the same as a regular expression, with the names of its parameters. */
  readonly regexp?: RegExp & { readonly fast_slash?: boolean }
  readonly keys?: readonly { readonly name: string | number }[]
}

/** A function, which may be a router or an application too. */
type Handler = Function & { readonly stack?: unknown; readonly handle?: unknown }

/** An application, in either version. */
export interface Application {
  readonly stack?: unknown
  readonly parent?: Application
  readonly mountpath?: Path
}

/** One path of a route. */
export interface Way {
  readonly route: Route
  /** As the application wrote it. */
  readonly written: string
  /** Each way to write it without its optional parts; `null` if it cannot be read. */
  readonly templates: readonly Template[] | null
}

/** Where a router is mounted; `null` if that cannot be read. */
type Prefix = string | null

const PATTERNS = { 4: new Patterns('express4'), 5: new Patterns('express5') }

/** Everything that an application or a router holds, including nested routers. */
export class Listing {
  readonly ways: Way[] = []
  /** Applications that are mounted with `app.use`: they cannot be reached from here. */
  readonly mounted: string[] = []
  readonly #byRoute = new Map<Route, Way[]>()
  readonly #handlers = new Set<unknown>()
  readonly #stacks: [readonly Layer[], number][] = []

  constructor(app: object) {
    const { stack } = app as Application
    const prefixes = stack === undefined ? prefixesOf(app as Application) : ['']
    for (const prefix of prefixes) this.#walk(stack ?? routerOf(app)?.stack, prefix)
  }

  /** Every path of a route. */
  waysTo(route: Route): readonly Way[] {
    return this.#byRoute.get(route) ?? []
  }

  /** Whether this function is mounted as middleware. */
  hasMiddleware(handler: unknown): boolean {
    return this.#handlers.has(handler)
  }

  /** Whether something was added since. */
  isStale(): boolean {
    return this.#stacks.some(([layers, length]) => layers.length !== length)
  }

  #walk(stack: unknown, prefix: Prefix): void {
    const layers = Array.isArray(stack) ? (stack as Layer[]) : []
    this.#stacks.push([layers, layers.length])
    for (const layer of layers) this.#visit(layer, prefix)
  }

  #visit(layer: Layer, prefix: Prefix): void {
    const { route, handle, name } = layer
    if (route !== undefined) {
      for (const path of pathsIn(route.path)) this.#add(route, prefix, path, layer.regexp === undefined ? 5 : 4)
      return
    }
    this.#handlers.add(handle)
    const inner = handle === undefined ? undefined : (handle.stack ?? (typeof handle.handle === 'function' ? routerOf(handle)?.stack : undefined))
    if (name !== 'mounted_app' && inner === undefined) return
    for (const mount of mountsOf(layer)) {
      if (name === 'mounted_app') this.mounted.push(`${prefix ?? '…'}${mount ?? '…'}/…`)
      else this.#walk(inner, joined(prefix, mount))
    }
  }

  #add(route: Route, prefix: Prefix, path: string | RegExp, version: 4 | 5): void {
    const pattern = typeof path === 'string' ? joined(prefix, path, '/') : null
    const written = pattern ?? `${prefix ?? '…'}${String(path)}`
    const way = { route, written, templates: pattern === null ? null : PATTERNS[version].templates(pattern) }
    this.ways.push(way)
    const others = this.#byRoute.get(route)
    if (others === undefined) this.#byRoute.set(route, [way])
    else others.push(way)
  }
}

/** The routes of an application or a router, for a person. */
export function listedIn(app: object): ListedRoute[] {
  const { ways, mounted } = new Listing(app)
  const routes = ways.flatMap(({ route, written, templates }) => methodsOf(route.methods).map((method) => ({ method, path: written, templates })))
  return [...routes, ...mounted.map((path) => ({ method: 'ALL', path, templates: null }))]
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

/** Where an application is mounted, in one that may be mounted itself. */
function prefixesOf({ parent, mountpath }: Application): readonly Prefix[] {
  if (parent === undefined || mountpath === undefined) return ['']
  const mounts = pathsIn(mountpath).map((path) => (typeof path === 'string' ? path : null))
  return prefixesOf(parent).flatMap((prefix) => mounts.map((mount) => joined(prefix, mount)))
}

/** A path below a prefix. The root of a router is its mount path; `root` is what stands for it at the very top. */
function joined(prefix: Prefix, path: Prefix, root = ''): Prefix {
  if (prefix === null || path === null) return null
  if (path === '/') return prefix === '' ? root : prefix
  return prefix + path
}

function pathsIn(path: Path): readonly (string | RegExp)[] {
  return typeof path === 'string' || path instanceof RegExp ? [path] : path.flatMap(pathsIn)
}

/** Every path that a layer is mounted at. */
function mountsOf({ rawPath, slash, regexp, keys = [] }: Layer): readonly Prefix[] {
  if (rawPath !== undefined) return pathsIn(rawPath).map((path) => (typeof path === 'string' ? path : null))
  if (slash === true || regexp?.fast_slash === true) return ['/']
  return (regexp === undefined ? null : sourcesOf(regexp, keys.map(({ name }) => String(name)))) ?? [null]
}

/** For `all`, an application lists every method that Node knows; a router has a word of its own. */
function methodsOf(named: Readonly<Record<string, boolean>>): readonly string[] {
  const methods = Object.keys(named)
  const all = methods.includes('_all') || (methods.includes('propfind') && methods.includes('unsubscribe'))
  return all ? ['ALL'] : methods.map((method) => method.toUpperCase())
}

/** Whether a route has a handler for a method. */
export function handles({ methods }: Route, method: string): boolean {
  const name = method.toLowerCase()
  return methods['_all'] === true || methods[name === 'head' && methods['head'] !== true ? 'get' : name] === true
}
