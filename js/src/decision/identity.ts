import { PortcullisError } from '../base/errors.js'
import type { Details } from './details.js'

const PREFIX = 'x-portcullis-'

/** The verified identity as header fields. */
export function identityOf({ token, kind, owner, tenant, route, matched, optional }: Details): Record<string, string> {
  const fields: Record<string, string> = {}
  if (token === null) return fields
  const add = (name: string, value: string | null) => {
    if (value !== null) fields[PREFIX + name] = encodeURIComponent(value)
  }
  add('token', token)
  add('kind', kind)
  add('owner', owner)
  add('tenant', tenant)
  add('route', route)
  // Scope texts contain only characters that a header may hold.
  fields[`${PREFIX}scopes`] = [...(matched?.alternative ?? []), ...optional].join(' ')
  return fields
}

/** The request with these identity fields and no inbound ones. */
export function forwardWith(request: Request, identity: Readonly<Record<string, string>>): Request {
  const headers = new Headers(request.headers)
  for (const name of [...headers.keys()].filter(isIdentity)) headers.delete(name)
  // The next proxy removes the fields named in `Connection`, which must not name the verified ones.
  const connection = headers.get('connection')
  if (connection !== null) {
    const named = connection.split(',').map((name) => name.trim()).filter((name) => name !== '' && !isIdentity(name))
    if (named.length === 0) headers.delete('connection')
    else headers.set('connection', named.join(', '))
  }
  for (const name of Object.keys(identity)) headers.set(name, identity[name] as string)
  return new Request(request, { headers })
}

/** Whether a server could read a field of this name as one of the identity: many turn other characters into dashes. */
function isIdentity(name: string): boolean {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '-').startsWith(PREFIX)
}

/** Throws if the request to forward is not the one that was decided. */
export function assertSame(request: Request, method: string | undefined, target: string | undefined): void {
  if (target === undefined) return
  if (request.method === method && targetOf(request.url) === target) return
  throw new PortcullisError('other_request', 'The request to forward has another method or target than the one that was decided')
}

/** The path and query of a Fetch request's URL, unchanged: the platform has already parsed and serialized it. */
export function targetOf(url: string): string {
  const scheme = url.indexOf('://')
  if (scheme < 0 || url.startsWith('/')) return url
  const path = url.indexOf('/', scheme + 3)
  const query = url.indexOf('?', scheme + 3)
  if (path >= 0 && (query < 0 || path < query)) return url.slice(path)
  return query < 0 ? '/' : `/${url.slice(query)}`
}
