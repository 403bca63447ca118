import { PortcullisError } from './errors.js'

/** 2000-01-01T00:00:00.000Z: before it, somebody handed in seconds. Also the instant of answers that need none. */
export const EARLIEST = Date.UTC(2000, 0, 1)

/** 9999-12-31T23:59:59.999Z. */
const LATEST = Date.UTC(10_000, 0, 1) - 1

/** Milliseconds since 1970, from what a host gave, or from the platform's clock when it gave nothing. */
export function instantOf(given: number | Date | undefined): number {
  const millis = given === undefined ? Date.now() : given instanceof Date ? given.getTime() : given
  if (Number.isInteger(millis) && millis >= EARLIEST && millis <= LATEST) return millis
  throw new PortcullisError(
    'invalid_instant',
    'now must be whole milliseconds between the years 2000 and 9999, or such a Date',
  )
}
