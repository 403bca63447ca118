import { wrongType } from './errors.js'

/** The value if it is a whole number of at least `least`; throws a `TypeError` otherwise. */
export function wholeNumber(what: string, value: number, least = 1): number {
  if (Number.isInteger(value) && value >= least) return value
  throw new TypeError(`${what} must be a whole number, ${least} or more`)
}

/** The value if it is an object with these methods; throws a `TypeError` otherwise. */
export function withMethods<T extends object>(what: string, wanted: string, value: T, ...methods: readonly (keyof T & string)[]): T {
  if (typeof value !== 'object' || value === null) throw wrongType(what, wanted, value)
  const missing = methods.find((method) => typeof value[method] !== 'function')
  if (missing === undefined) return value
  throw new TypeError(`${what} has no method ${missing}: it must be ${wanted}`)
}
