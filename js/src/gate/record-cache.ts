import { Bounded } from '../base/bounded-map.js'
import { Flights } from './single-flight.js'
import { textOf } from '../base/json-text.js'
import { close, OpenedDocument } from '../module/handle.js'

/** What a store returns, now or later. */
export type Read<T> = T | null | undefined | PromiseLike<T | null | undefined>

/** What was found. */
export interface Found<T> {
  /** `null` when the store has none. */
  readonly opened: T | null
  /** Since when it may be out of date; `null` when nothing is kept, and the store was asked just now. */
  readonly at: number | null
  /** The place where it is kept, if it is. */
  readonly kept: Kept | null
}

/** For how long something is kept, and which answers were looked at for that. */
export interface Kept {
  until: number
  readonly judged: Set<number>
}

/** For how many milliseconds answers of the store are kept; 0 keeps none. */
export interface Keeping {
  readonly found: number
  readonly absent: number
  /** How many documents at most, each counted once for every 2 KiB. */
  readonly entries: number
}

interface Entry<T> extends Kept {
  readonly opened: T
  /** The text it was opened from; `undefined` for what the store opened itself. */
  readonly text: string | undefined
  /** When the store was asked. It may have changed its mind since. */
  at: number
}

/** How a shelf makes and judges what it holds. */
export interface Making<T> {
  readonly what: string
  readonly open: (text: string) => T
  /** Whether the store handed in one that is opened already. */
  readonly owns: (found: T | object | string) => found is T
  /** Throws when the document must not be used, such as an older one after a newer one. */
  readonly admit: (key: string, opened: T) => void
}

/**
 * Documents of one sort, as the store had them.
 *
 * What reads exactly as the last document under its key did is not opened again. Whether the store is asked at all is
 * a matter of `Keeping`; what is past its time is never used, not even when the store fails.
 */
export class Shelf<T extends OpenedDocument> {
  readonly #making: Making<T>
  readonly #keeping: Keeping
  readonly #entries: Bounded<Entry<T>>
  /** Apart, so that a flood of ids that do not exist pushes out none that do. */
  readonly #absent: Bounded<{ readonly at: number }>
  readonly #flights: Flights<Found<T>>
  /** Counts how often something was forgotten. */
  #epoch = 0

  constructor(making: Making<T>, keeping: Keeping, timeout: number) {
    this.#making = making
    this.#keeping = keeping
    // What the store opened itself is the store's to close.
    const drop = ({ opened, text }: Entry<T>) => {
      if (text !== undefined) close(opened)
    }
    this.#entries = new Bounded(keeping.entries, drop, ({ text = '' }) => 1 + Math.floor(text.length / 2048))
    this.#absent = new Bounded(keeping.entries)
    this.#flights = new Flights(timeout)
  }

  /** How many documents, and how many absences, are held. */
  get size(): number {
    return this.#entries.size + this.#absent.size
  }

  /** The document under this key: kept and fresh, or from the store. Throws or rejects with whatever went wrong. */
  find(key: string, clock: () => number, read: () => Read<T | object | string>): Found<T> | Promise<Found<T>> {
    const kept = this.#keeping.found > 0 ? this.#fresh(key, clock()) : undefined
    return kept ?? this.#flights.join(key, () => this.#ask(key, clock, read))
  }

  /** The store is asked the next time. */
  forget(key: string): void {
    this.#epoch += 1
    this.#flights.leave(key)
    this.#absent.delete(key)
    const entry = this.#entries.get(key)
    if (entry !== undefined) entry.until = PAST
  }

  #fresh(key: string, now: number): Found<T> | undefined {
    const entry = this.#entries.get(key)
    // A clock that was set back makes nothing younger.
    if (entry !== undefined && entry.at <= now && now < entry.until) {
      return { opened: entry.opened, at: entry.at, kept: entry }
    }
    const absent = this.#absent.get(key)
    if (absent === undefined || absent.at > now || now >= absent.at + this.#keeping.absent) return undefined
    return { opened: null, at: absent.at, kept: null }
  }

  #ask(key: string, clock: () => number, read: () => Read<T | object | string>): Found<T> | Promise<Found<T>> {
    // Before the question: what changes while it is under way may be missing in the answer.
    const at = this.#keeping.found > 0 ? clock() : null
    const epoch = this.#epoch
    const found = read()
    return isLater(found) ? this.#later(key, at, epoch, found) : this.#take(key, at, epoch, found)
  }

  async #later(key: string, at: number | null, epoch: number, found: PromiseLike<Answer<T>>): Promise<Found<T>> {
    return this.#take(key, at, epoch, await found)
  }

  #take(key: string, at: number | null, epoch: number, found: Answer<T>): Found<T> {
    // Somebody said meanwhile that something changed: good for those who wait for it, and for nobody after them.
    const fresh = at !== null && epoch === this.#epoch
    if (found === null || found === undefined) {
      this.#entries.delete(key)
      if (fresh && this.#keeping.absent > 0) this.#absent.set(key, { at })
      return { opened: null, at, kept: null }
    }
    this.#absent.delete(key)
    const { owns, what, open, admit } = this.#making
    const own = owns(found)
    const text = own ? undefined : textOf(found, what)
    let entry = this.#entries.get(key)
    if (entry === undefined || (own ? entry.opened !== found : entry.text !== text)) {
      const opened = own ? found : open(text as string)
      admit(key, opened)
      entry = { opened, text, at: PAST, until: PAST, judged: new Set() }
      this.#entries.set(key, entry)
    }
    if (fresh) {
      entry.at = at
      entry.until = at + this.#keeping.found
      entry.judged.clear()
    }
    return { opened: entry.opened, at, kept: fresh ? entry : null }
  }
}

/** What a store answered, at last. */
type Answer<T> = T | object | string | null | undefined

const PAST = Number.NEGATIVE_INFINITY

function isLater<T>(found: T | PromiseLike<T>): found is PromiseLike<T> {
  return typeof (found as PromiseLike<T> | null | undefined)?.then === 'function'
}
