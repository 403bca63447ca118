import { PortcullisError } from '../base/errors.js'
import { TIMED_OUT, withTimeout } from '../base/timeout.js'

/** The longest wait, in milliseconds, for the look-up of another request, before a second one is started. */
const PATIENCE = 100

/** A look-up that has not settled. */
class PendingLookup<T> {
  readonly startedAt = Date.now()
  /** For those who joined: the result of this look-up or of its successor, whichever comes first. */
  readonly result: Promise<T>
  hasSuccessor = false
  /** Takes the result of this look-up too, if it is the first. */
  readonly settleWith: (found: Promise<T>) => void

  constructor(found: Promise<T>) {
    let settleWith: (found: Promise<T>) => void = () => undefined
    this.result = new Promise((resolve, reject) => {
      settleWith = (each) => void each.then(resolve, reject)
    })
    this.settleWith = settleWith
    settleWith(found)
    // Perhaps no request joined.
    this.result.catch(() => undefined)
  }
}

/**
 * Joins concurrent look-ups of the same key and credential into one. A client that knows an id but not its secret
 * cannot make the token's holder wait.
 *
 * On some platforms a look-up dies with the request that started it, and never settles. So a caller waits only a short
 * time for the look-up of another request. Then the first of the waiting callers starts a successor, which serves all of
 * them. After another short time each starts its own.
 */
export class SingleFlight<T> {
  readonly #timeout: number
  readonly #patience: number
  readonly #pending = new Map<string, PendingLookup<T>>()

  constructor(timeout: number) {
    this.#timeout = timeout
    this.#patience = Math.min(PATIENCE, timeout / 4)
  }

  /** The result of a pending look-up of this key, or of a new one. Rejects when the timeout is over. */
  join(key: string, credential: string, start: () => T | Promise<T>): T | Promise<T> {
    const both = `${key}\n${credential}`
    const pending = this.#pending.get(both)
    if (pending !== undefined && Math.abs(Date.now() - pending.startedAt) < this.#patience) return this.#share(both, pending, start)
    const found = start()
    return found instanceof Promise ? this.#await(both, found) : found
  }

  /** Later calls do not join the pending look-ups of this key. */
  leave(key: string): void {
    for (const both of this.#pending.keys()) if (both.startsWith(`${key}\n`)) this.#pending.delete(both)
  }

  async #share(key: string, first: PendingLookup<T>, start: () => T | Promise<T>): Promise<T> {
    if (!first.hasSuccessor) {
      const early = await withTimeout(first.result, this.#patience)
      if (early !== TIMED_OUT) return early
    }
    if (first.hasSuccessor) {
      const late = await withTimeout(first.result, this.#patience)
      if (late !== TIMED_OUT) return late
    }
    first.hasSuccessor = true
    const found = Promise.resolve(start())
    first.settleWith(found)
    return this.#await(key, found, first)
  }

  async #await(key: string, found: Promise<T>, first?: PendingLookup<T>): Promise<T> {
    const pending = new PendingLookup(found)
    this.#pending.set(key, pending)
    try {
      const result = await withTimeout(first?.result ?? found, this.#timeout)
      if (result !== TIMED_OUT) return result
    } finally {
      if (this.#pending.get(key) === pending) this.#pending.delete(key)
    }
    throw new PortcullisError('store_timeout', `The store did not answer within ${this.#timeout} ms`)
  }
}
