import { StoreError } from '../../base/errors.js'

/** What the driver says of an error, as far as it is worth repeating. */
interface DriverError {
  readonly code?: unknown
  readonly severity?: unknown
}

/** Classes of SQLSTATE whose messages speak of names in the database and of its state, and repeat no value. */
const SAFE_CLASSES = /^(0A|25|26|28|3D|3F|40|42|53|54|55|57|58)/

/** Another transaction was in the way, and this one is undone: it may be given again at once. */
export function isRetryable(cause: unknown): boolean {
  const state = stateOf(cause)
  return isServerError(cause) && (state === '40001' || state === '40P01')
}

/** Whether the server says that there is no such table. */
export function isMissingTable(cause: unknown): boolean {
  return isServerError(cause) && stateOf(cause) === '42P01'
}

/**
 * What a caller is told. Nothing of the driver's error is passed on but its code, and the server's own words where they
 * repeat no value: a record may stand in the rest, or the password of a connection string.
 */
export function failed(cause: unknown, writes: boolean): StoreError {
  if (cause instanceof StoreError) return cause
  const known = isServerError(cause)
  const happened = known ? 'PostgreSQL refused' : 'PostgreSQL gave no answer'
  const unknown = writes && !known ? ': it is not known whether the change was written' : ''
  return new StoreError(`${happened} (${codeOf(cause)})${unknown}`, { cause: safeCause(cause) })
}

/** An error of the server that ends the statement and not the connection: nothing of it stays. */
function isServerError(cause: unknown): boolean {
  return stateOf(cause) !== null && (cause as DriverError).severity === 'ERROR'
}

function stateOf(cause: unknown): string | null {
  const code = (cause as DriverError | null | undefined)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null
}

/** SQLSTATE, or what Node calls an error of the network. */
function codeOf(cause: unknown): string {
  const code = (cause as DriverError | null | undefined)?.code
  return typeof code === 'string' && /^[0-9A-Z_]{4,40}$/.test(code) ? code : 'no connection, or none in time'
}

/** The cause, without what it may hold. */
function safeCause(cause: unknown): Error {
  const state = stateOf(cause)
  if (state === null || !SAFE_CLASSES.test(state) || !(cause instanceof Error)) return new Error(codeOf(cause))
  return new Error(`${state}: ${cause.message}`)
}
