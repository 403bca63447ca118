import { StoreError } from '../../base/errors.js'

/** The part of a driver's error that is safe to repeat. */
interface DriverError {
  readonly code?: unknown
  readonly severity?: unknown
}

/** Classes of SQLSTATE whose messages name database objects and states, and never values. */
const SAFE_CLASSES = /^(0A|25|26|28|3D|3F|40|42|53|54|55|57|58)/

/** Another transaction got in the way and this one was rolled back: it can be repeated at once. */
export function isRetryable(cause: unknown): boolean {
  const state = stateOf(cause)
  return isServerError(cause) && (state === '40001' || state === '40P01')
}

/** Whether the server reports a missing table. */
export function isMissingTable(cause: unknown): boolean {
  return isServerError(cause) && stateOf(cause) === '42P01'
}

/**
 * The error for the caller. It contains the driver's code, and the server's message only if that is free of values: the
 * rest may contain a record, or the password of a connection string.
 */
export function failed(cause: unknown, writes: boolean): StoreError {
  if (cause instanceof StoreError) return cause
  const known = isServerError(cause)
  const happened = known ? 'PostgreSQL refused' : 'PostgreSQL gave no answer'
  const unknown = writes && !known ? ': the change may have been written' : ''
  return new StoreError(`${happened} (${codeOf(cause)})${unknown}`, { cause: safeCause(cause) })
}

/** A server error that ends the statement but not the connection. The statement had no effect. */
function isServerError(cause: unknown): boolean {
  return stateOf(cause) !== null && (cause as DriverError).severity === 'ERROR'
}

function stateOf(cause: unknown): string | null {
  const code = (cause as DriverError | null | undefined)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null
}

/** The SQLSTATE, or Node's code of a network error. */
function codeOf(cause: unknown): string {
  const code = (cause as DriverError | null | undefined)?.code
  return typeof code === 'string' && /^[0-9A-Z_]{4,40}$/.test(code) ? code : 'no connection, or none in time'
}

/** The cause, without values. */
function safeCause(cause: unknown): Error {
  const state = stateOf(cause)
  if (state === null || !SAFE_CLASSES.test(state) || !(cause instanceof Error)) return new Error(codeOf(cause))
  return new Error(`${state}: ${cause.message}`)
}
