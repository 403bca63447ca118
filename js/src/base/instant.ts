import { PortcullisError } from './errors.js'

/**
 * 2000-01-01T00:00:00.000Z. An earlier instant is most likely seconds given as milliseconds. Decisions that do not
 * depend on time use it as their instant.
 */
export const EARLIEST = Date.UTC(2000, 0, 1)

/** 9999-12-31T23:59:59.999Z. */
const LATEST = Date.UTC(10_000, 0, 1) - 1

/** Milliseconds since 1970; without an argument, the time of the platform's clock. */
export function instantOf(given: number | Date | undefined): number {
  const millis = given === undefined ? Date.now() : given instanceof Date ? given.getTime() : given
  if (Number.isInteger(millis) && millis >= EARLIEST && millis <= LATEST) return millis
  throw new PortcullisError(
    'invalid_instant',
    'now must be whole milliseconds, or a Date, between the years 2000 and 9999',
  )
}
