import { PortcullisError } from '../base/errors.js'
import { LATE, within } from '../base/timeout.js'

/** A look-up that is under way, and when it began. */
interface Flight<T> {
  readonly landing: Promise<T>
  readonly began: number
}

/**
 * Look-ups that are under way: those of one key that come at the same time are one.
 *
 * On some platforms a look-up dies with the request that began it, and never settles. Nobody waits for somebody else's
 * look-up longer than half of the timeout; the other half is for one's own.
 */
export class Flights<T> {
  readonly #timeout: number
  readonly #under = new Map<string, Flight<T>>()

  constructor(timeout: number) {
    this.#timeout = timeout
  }

  /**
   * What the look-up brings: one's own, or that of somebody who asked before and still waits. At once when one's own
   * is at once. Rejects when it takes too long.
   */
  join(key: string, begin: () => T | Promise<T>): T | Promise<T> {
    const flight = this.#under.get(key)
    if (flight === undefined || Math.abs(Date.now() - flight.began) >= this.#timeout / 2) {
      return this.#begin(key, begin, this.#timeout)
    }
    return this.#share(flight, key, begin)
  }

  /** Those who come from now on do not share the look-up that is under way. */
  leave(key: string): void {
    this.#under.delete(key)
  }

  async #share(flight: Flight<T>, key: string, begin: () => T | Promise<T>): Promise<T> {
    const patience = this.#timeout / 2
    const landed = await within(flight.landing, patience)
    return landed === LATE ? this.#begin(key, begin, patience) : landed
  }

  #begin(key: string, begin: () => T | Promise<T>, time: number): T | Promise<T> {
    const found = begin()
    return found instanceof Promise ? this.#land(key, { landing: found, began: Date.now() }, time) : found
  }

  async #land(key: string, flight: Flight<T>, time: number): Promise<T> {
    this.#under.set(key, flight)
    try {
      const landed = await within(flight.landing, time)
      if (landed !== LATE) return landed
    } finally {
      if (this.#under.get(key) === flight) this.#under.delete(key)
    }
    throw new PortcullisError('store_timeout', `The store did not answer within ${this.#timeout} ms`)
  }
}
