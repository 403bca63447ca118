import { PortcullisError } from '../base/errors.js'
import { TIMED_OUT, withTimeout } from '../base/timeout.js'

/** A look-up that is under way, and when it began. */
interface PendingLookup<T> {
  readonly promise: Promise<T>
  readonly startedAt: number
}

/**
 * Look-ups that are under way: those of one key that come at the same time are one.
 *
 * On some platforms a look-up dies with the request that began it, and never settles. Nobody waits for somebody else's
 * look-up longer than half of the timeout; the other half is for one's own.
 */
export class SingleFlight<T> {
  readonly #timeout: number
  readonly #pending = new Map<string, PendingLookup<T>>()

  constructor(timeout: number) {
    this.#timeout = timeout
  }

  /**
   * What the look-up brings: one's own, or that of somebody who asked before and still waits. At once when one's own
   * is at once. Rejects when it takes too long.
   */
  join(key: string, begin: () => T | Promise<T>): T | Promise<T> {
    const pending = this.#pending.get(key)
    if (pending === undefined || Math.abs(Date.now() - pending.startedAt) >= this.#timeout / 2) {
      return this.#begin(key, begin, this.#timeout)
    }
    return this.#share(pending, key, begin)
  }

  /** Those who come from now on do not share the look-up that is under way. */
  leave(key: string): void {
    this.#pending.delete(key)
  }

  async #share(pending: PendingLookup<T>, key: string, begin: () => T | Promise<T>): Promise<T> {
    const patience = this.#timeout / 2
    const landed = await withTimeout(pending.promise, patience)
    return landed === TIMED_OUT ? this.#begin(key, begin, patience) : landed
  }

  #begin(key: string, begin: () => T | Promise<T>, time: number): T | Promise<T> {
    const found = begin()
    return found instanceof Promise ? this.#land(key, { promise: found, startedAt: Date.now() }, time) : found
  }

  async #land(key: string, pending: PendingLookup<T>, time: number): Promise<T> {
    this.#pending.set(key, pending)
    try {
      const landed = await withTimeout(pending.promise, time)
      if (landed !== TIMED_OUT) return landed
    } finally {
      if (this.#pending.get(key) === pending) this.#pending.delete(key)
    }
    throw new PortcullisError('store_timeout', `The store did not answer within ${this.#timeout} ms`)
  }
}
