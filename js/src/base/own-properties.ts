import { wrongType } from './errors.js'

const { assign, create, prototype } = Object

/**
 * Returns the object without properties inherited from a polluted `Object.prototype`, where an inherited `needs`, for
 * example, would replace the requirement of every route. Throws a `TypeError` for anything but an object. It checks
 * only the names that are read here, and copies only if one of them is inherited.
 */
export function expectObject<T extends object>(what: string, written: T): T {
  if (typeof written !== 'object' || written === null) throw wrongType(what, 'an object', written)
  return isPolluted() ? ownProperties(written) : written
}

/** A copy with the object's own properties and no prototype. */
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
