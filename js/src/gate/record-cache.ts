import { BoundedMap } from '../base/bounded-map.js'
import { SingleFlight } from './single-flight.js'
import { jsonText } from '../base/json-text.js'
import { close, OpenedDocument } from '../module/handle.js'

/** What a store returns, now or later. */
export type Read<T> = T | null | undefined | PromiseLike<T | null | undefined>

/** What was found. */
export interface LookupResult<T> {
  /** `null` when the store has none. */
  readonly opened: T | null
  /** Since when it may be out of date; `null` when nothing is kept, and the store was asked just now. */
  readonly at: number | null
  /** The place where it is kept, if it is. */
  readonly kept: CacheEntry | null
}

/** For how long something is kept, and which answers were looked at for that. */
export interface CacheEntry {
  until: number
  readonly verdictsSeen: Set<number>
}

/** For how many milliseconds answers of the store are kept; 0 keeps none. */
export interface CacheLimits {
  readonly found: number
  readonly absent: number
  /** How many documents at most, each counted once for every 2 KiB. */
  readonly entries: number
}

interface StoredEntry<T> extends CacheEntry {
  readonly opened: T
  /** The text it was opened from; `undefined` for what the store opened itself. */
  readonly text: string | undefined
  /** When the store was asked. It may have changed its mind since. */
  at: number
}

/** How a shelf makes and judges what it holds. */
export interface CachedKind<T> {
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
 * a matter of `CacheLimits`; what is past its time is never used, not even when the store fails.
 */
export class RecordCache<T extends OpenedDocument> {
  readonly #kind: CachedKind<T>
  readonly #limits: CacheLimits
  readonly #entries: BoundedMap<StoredEntry<T>>
  /** Apart, so that a flood of ids that do not exist pushes out none that do. */
  readonly #absent: BoundedMap<{ readonly at: number }>
  readonly #flights: SingleFlight<LookupResult<T>>
  /** Counts how often something was forgotten. */
  #epoch = 0

  constructor(kind: CachedKind<T>, limits: CacheLimits, timeout: number) {
    this.#kind = kind
    this.#limits = limits
    // What the store opened itself is the store's to close.
    const drop = ({ opened, text }: StoredEntry<T>) => {
      if (text !== undefined) close(opened)
    }
    this.#entries = new BoundedMap(limits.entries, drop, ({ text = '' }) => 1 + Math.floor(text.length / 2048))
    this.#absent = new BoundedMap(limits.entries)
    this.#flights = new SingleFlight(timeout)
  }

  /** How many documents, and how many absences, are held. */
  get size(): number {
    return this.#entries.size + this.#absent.size
  }

  /** The document under this key: kept and fresh, or from the store. Throws or rejects with whatever went wrong. */
  find(key: string, clock: () => number, read: () => Read<T | object | string>): LookupResult<T> | Promise<LookupResult<T>> {
    const kept = this.#limits.found > 0 ? this.#fresh(key, clock()) : undefined
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

  #fresh(key: string, now: number): LookupResult<T> | undefined {
    const entry = this.#entries.get(key)
    // A clock that was set back makes nothing younger.
    if (entry !== undefined && entry.at <= now && now < entry.until) {
      return { opened: entry.opened, at: entry.at, kept: entry }
    }
    const absent = this.#absent.get(key)
    if (absent === undefined || absent.at > now || now >= absent.at + this.#limits.absent) return undefined
    return { opened: null, at: absent.at, kept: null }
  }

  #ask(key: string, clock: () => number, read: () => Read<T | object | string>): LookupResult<T> | Promise<LookupResult<T>> {
    // Before the question: what changes while it is under way may be missing in the answer.
    const at = this.#limits.found > 0 ? clock() : null
    const epoch = this.#epoch
    const found = read()
    return isLater(found) ? this.#later(key, at, epoch, found) : this.#take(key, at, epoch, found)
  }

  async #later(key: string, at: number | null, epoch: number, found: PromiseLike<Answer<T>>): Promise<LookupResult<T>> {
    return this.#take(key, at, epoch, await found)
  }

  #take(key: string, at: number | null, epoch: number, found: Answer<T>): LookupResult<T> {
    // Somebody said meanwhile that something changed: good for those who wait for it, and for nobody after them.
    const fresh = at !== null && epoch === this.#epoch
    if (found === null || found === undefined) {
      this.#entries.delete(key)
      if (fresh && this.#limits.absent > 0) this.#absent.set(key, { at })
      return { opened: null, at, kept: null }
    }
    this.#absent.delete(key)
    const { owns, what, open, admit } = this.#kind
    const own = owns(found)
    const text = own ? undefined : jsonText(found, what)
    let entry = this.#entries.get(key)
    if (entry === undefined || (own ? entry.opened !== found : entry.text !== text)) {
      const opened = own ? found : open(text as string)
      admit(key, opened)
      entry = { opened, text, at: PAST, until: PAST, verdictsSeen: new Set() }
      this.#entries.set(key, entry)
    }
    if (fresh) {
      entry.at = at
      entry.until = at + this.#limits.found
      entry.verdictsSeen.clear()
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
