import { wrongType } from './errors.js'

const { assign, create, prototype } = Object

/**
 * What somebody wrote, and nothing that somebody else put on the prototype of all objects: there, `needs` would be
 * asked in the place of each route. Anything but an object is a `TypeError`. Looks only at names that mean something here, and copies only when one is there.
 */
export function expectObject<T extends object>(what: string, written: T): T {
  if (typeof written !== 'object' || written === null) throw wrongType(what, 'an object', written)
  return isPolluted() ? ownProperties(written) : written
}

/** The own properties of what somebody wrote. */
export function ownProperties<T extends object>(written: T): T {
  return assign(create(null) as T, written)
}

function isPolluted(): boolean {
  return (
    'method' in prototype ||
    'target' in prototype ||
    'authorization' in prototype ||
    'header' in prototype ||
    'tenant' in prototype ||
    'application' in prototype ||
    'ip' in prototype ||
    'needs' in prototype ||
    'subject' in prototype ||
    'now' in prototype
  )
}
