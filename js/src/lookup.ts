import { PortcullisError } from './errors.js'
import { textOf } from './plain.js'
import type { Policy } from './policy.js'
import { close, type Opened } from './slot.js'
import { Subject, type SubjectDocument } from './subject.js'
import { Token } from './token.js'

/** What a store returns, now or later. */
export type Read<T> = T | null | undefined | PromiseLike<T | null | undefined>

/** How many opened tokens, and how many subjects, a gate keeps. */
const KEPT = 1024

/**
 * Reads the host's store, and opens what it returns.
 *
 * What reads exactly as the last document under its key did is not opened again. That is all that is kept: the store
 * is asked each time.
 */
export class Lookup {
  readonly #timeout: number
  readonly #tokens: Kept<Token>
  readonly #subjects: Kept<Subject>

  constructor(policy: Policy, timeout: number) {
    this.#timeout = timeout
    this.#tokens = new Kept((text) => policy.open(text))
    this.#subjects = new Kept((text) => policy.subject(text))
  }

  /** The opened record, or `null` when the store has none. Throws whatever went wrong. */
  async token(id: string, read: () => Read<Token | object | string>): Promise<Token | null> {
    const found = await this.#within(read())
    if (found === null || found === undefined) return null
    return found instanceof Token ? found : this.#tokens.open(id, textOf(found, 'the record'))
  }

  /** The opened subject; an owner who is gone is one who is not active. Throws whatever went wrong. */
  async subject(owner: string, read: () => Read<Subject | SubjectDocument | string>): Promise<Subject> {
    const found = await this.#within(read())
    if (found instanceof Subject) return found
    return this.#subjects.open(owner, textOf(found ?? { id: owner, active: false, grants: [] }, 'the subject'))
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

/** Opened documents by key, so many that they fit; those that fall out give their place in the module back. */
class Kept<T extends Opened> {
  readonly #make: (text: string) => T
  readonly #entries = new Map<string, { readonly text: string; readonly opened: T }>()

  constructor(make: (text: string) => T) {
    this.#make = make
  }

  open(key: string, text: string): T {
    const kept = this.#entries.get(key)
    if (kept !== undefined && kept.text === text) return kept.opened
    const opened = this.#make(text)
    this.#drop(key)
    this.#entries.set(key, { text, opened })
    if (this.#entries.size > KEPT) {
      // A map keeps the order in which its keys came: the first one is the oldest.
      for (const oldest of this.#entries.keys()) {
        this.#drop(oldest)
        break
      }
    }
    return opened
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    close(entry.opened)
  }
}
