import { PortcullisError } from './errors.js'
import { textOf } from './plain.js'
import type { Policy } from './policy.js'
import { Subject, type SubjectDocument } from './subject.js'
import { Token } from './token.js'

/** What a store returns, now or later. */
export type Read<T> = T | null | undefined | PromiseLike<T | null | undefined>

/** How many opened tokens a gate keeps. */
const KEPT = 1024

/**
 * Reads the host's store, and opens what it returns.
 *
 * A record that reads exactly as the last one with its id did is not opened again. That is all that is kept: the
 * store is asked each time.
 */
export class Lookup {
  readonly #policy: Policy
  readonly #timeout: number
  readonly #opened = new Map<string, { readonly text: string; readonly token: Token }>()

  constructor(policy: Policy, timeout: number) {
    this.#policy = policy
    this.#timeout = timeout
  }

  /** The opened record, or `null` when the store has none. Throws whatever went wrong. */
  async token(id: string, read: () => Read<Token | object | string>): Promise<Token | null> {
    const found = await this.#within(read())
    if (found === null || found === undefined) return null
    if (found instanceof Token) return found
    return this.#open(id, textOf(found, 'the record'))
  }

  /** The opened subject; an owner who is gone is one who is not active. Throws whatever went wrong. */
  async subject(owner: string, read: () => Read<Subject | SubjectDocument | string>): Promise<Subject> {
    const found = await this.#within(read())
    if (found instanceof Subject) return found
    return this.#policy.subject(found ?? { id: owner, active: false, grants: [] })
  }

  #open(id: string, text: string): Token {
    const kept = this.#opened.get(id)
    if (kept !== undefined && kept.text === text) return kept.token
    const token = this.#policy.open(text)
    // A map keeps the order in which its keys came: the first one is the oldest.
    this.#opened.delete(id)
    this.#opened.set(id, { text, token })
    if (this.#opened.size > KEPT) {
      for (const oldest of this.#opened.keys()) {
        this.#opened.delete(oldest)
        break
      }
    }
    return token
  }

  async #within<T>(reading: T | PromiseLike<T>): Promise<T> {
    if (typeof (reading as PromiseLike<T> | null)?.then !== 'function') return reading
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new PortcullisError('store_timeout', `The store did not answer within ${this.#timeout} ms`))
      }, this.#timeout)
    })
    try {
      return await Promise.race([reading, late])
    } finally {
      clearTimeout(timer)
    }
  }
}
