import { PortcullisError } from '../base/errors.js'
import { TIMED_OUT, withTimeout } from '../base/timeout.js'

/** A look-up that has not finished. */
interface PendingLookup<T> {
  readonly promise: Promise<T>
  readonly startedAt: number
}

/**
 * Joins concurrent look-ups of the same key into one.
 *
 * On some platforms a look-up dies with the request that started it, and never settles. So a caller waits for another
 * request's look-up for at most half of the timeout, and then starts its own.
 */
export class SingleFlight<T> {
  readonly #timeout: number
  readonly #pending = new Map<string, PendingLookup<T>>()

  constructor(timeout: number) {
    this.#timeout = timeout
  }

  /** The result of a pending look-up of this key, or of a new one. Rejects when the timeout is over. */
  join(key: string, start: () => T | Promise<T>): T | Promise<T> {
    const pending = this.#pending.get(key)
    if (pending === undefined || Math.abs(Date.now() - pending.startedAt) >= this.#timeout / 2) {
      return this.#start(key, start, this.#timeout)
    }
    return this.#share(pending, key, start)
  }

  /** Later calls do not join the pending look-up of this key. */
  leave(key: string): void {
    this.#pending.delete(key)
  }

  async #share(pending: PendingLookup<T>, key: string, start: () => T | Promise<T>): Promise<T> {
    const patience = this.#timeout / 2
    const found = await withTimeout(pending.promise, patience)
    return found === TIMED_OUT ? this.#start(key, start, patience) : found
  }

  #start(key: string, start: () => T | Promise<T>, time: number): T | Promise<T> {
    const found = start()
    return found instanceof Promise ? this.#await(key, { promise: found, startedAt: Date.now() }, time) : found
  }

  async #await(key: string, pending: PendingLookup<T>, time: number): Promise<T> {
    this.#pending.set(key, pending)
    try {
      const found = await withTimeout(pending.promise, time)
      if (found !== TIMED_OUT) return found
    } finally {
      if (this.#pending.get(key) === pending) this.#pending.delete(key)
    }
    throw new PortcullisError('store_timeout', `The store did not answer within ${this.#timeout} ms`)
  }
}
