import { BoundedMap } from '../base/bounded-map.js'
import { jsonText } from '../base/json-text.js'
import { close, type DocumentType, keepOpen, OpenedDocument } from '../module/handle.js'
import { SingleFlight } from './single-flight.js'

/** A value, now or later. */
export type MaybePromise<T> = T | PromiseLike<T>

/** What a look-up for a document of this type may return: JSON text, an object, an opened document, or nothing. */
export type StoredDocument<T> = T | object | string | null | undefined

/** A document that was looked up. */
export interface LookupResult<T> {
  /** `null` if the store has none. */
  readonly opened: T | null
  /** When the store was read; `null` if nothing is cached, so that it was read just now. */
  readonly readAt: number | null
  /** The cache entry of the document, if it has one. */
  readonly entry: CacheEntry | null
}

/** How long a cached document may be used. */
export interface CacheEntry {
  freshUntil: number
  /** The verdicts whose end has been taken into account. */
  readonly verdictsSeen: Set<number>
}

/** How many milliseconds answers of the store are cached; 0 turns the cache off. */
export interface CacheLimits {
  readonly found: number
  readonly absent: number
  /** The largest number of documents; each counts once for every 2 KiB. */
  readonly entries: number
}

/** The type of document in a cache. */
export interface CachedType<T> {
  readonly type: DocumentType
  /** What messages call the document. */
  readonly what: string
  readonly open: (text: string) => T
  /** Whether the store returned a document that is already open. */
  readonly isOpened: (stored: T | object | string) => stored is T
  /** Throws if the document must not be used, because a newer one or its deletion was seen. */
  readonly admit: (key: string, opened: T, clock: () => number) => void
  /** Is told that the store has no document with this key. */
  readonly miss: (key: string, clock: () => number) => void
}

interface StoredEntry<T> extends CacheEntry {
  readonly opened: T
  /** The text that it was opened from; `undefined` if the store opened it. */
  readonly text: string | undefined
  readAt: number
}

/**
 * Opened documents of one type, by key.
 *
 * A document that is the same text as before is not opened again. `CacheLimits` decides whether the store is asked at
 * all. A stale document is never used, even if the store fails.
 */
export class RecordCache<T extends OpenedDocument> {
  readonly #type: CachedType<T>
  readonly #limits: CacheLimits
  readonly #entries: BoundedMap<StoredEntry<T>>
  /** Kept apart, so that a flood of unknown ids does not displace known ones. */
  readonly #absent: BoundedMap<{ readonly readAt: number }>
  readonly #flights: SingleFlight<LookupResult<T>>
  /** Counts the calls of `forget`. */
  #epoch = 0

  constructor(type: CachedType<T>, limits: CacheLimits, timeout: number) {
    this.#type = type
    this.#limits = limits
    // A document that the store opened is the store's to close.
    const drop = ({ opened, text }: StoredEntry<T>) => {
      if (text !== undefined) close(opened)
    }
    this.#entries = new BoundedMap(limits.entries, drop, ({ text = '' }) => 1 + Math.floor(text.length / 2048))
    keepOpen(type.type, limits.entries)
    this.#absent = new BoundedMap(limits.entries)
    this.#flights = new SingleFlight(timeout)
  }

  /**
   * The document with this key, from the cache if it is fresh, else from the store. Only look-ups with the same
   * credential share one read. Passes on what `read` throws.
   */
  find(
    key: string,
    credential: string,
    clock: () => number,
    read: () => MaybePromise<StoredDocument<T>>,
  ): LookupResult<T> | Promise<LookupResult<T>> {
    const cached = this.#limits.found > 0 ? this.#fresh(key, clock()) : undefined
    return cached ?? this.#flights.join(key, credential, () => this.#read(key, clock, read))
  }

  /** The next look-up of this key asks the store. */
  forget(key: string): void {
    this.#epoch += 1
    this.#flights.leave(key)
    this.#absent.delete(key)
    const entry = this.#entries.get(key)
    if (entry !== undefined) entry.freshUntil = STALE
  }

  #fresh(key: string, now: number): LookupResult<T> | undefined {
    const entry = this.#entries.get(key)
    // A clock that was set back makes nothing fresher.
    if (entry !== undefined && entry.readAt <= now && now < entry.freshUntil) {
      return { opened: entry.opened, readAt: entry.readAt, entry }
    }
    const absent = this.#absent.get(key)
    if (absent === undefined || absent.readAt > now || now >= absent.readAt + this.#limits.absent) return undefined
    return { opened: null, readAt: absent.readAt, entry: null }
  }

  #read(key: string, clock: () => number, read: () => MaybePromise<StoredDocument<T>>): LookupResult<T> | Promise<LookupResult<T>> {
    // The time before the read: the answer may miss what changes during it.
    const readAt = this.#limits.found > 0 ? clock() : null
    const epoch = this.#epoch
    const stored = read()
    return isPromise(stored) ? this.#takeLater(key, clock, readAt, epoch, stored) : this.#take(key, clock, readAt, epoch, stored)
  }

  async #takeLater(key: string, clock: () => number, readAt: number | null, epoch: number, stored: PromiseLike<StoredDocument<T>>): Promise<LookupResult<T>> {
    return this.#take(key, clock, readAt, epoch, await stored)
  }

  #take(key: string, clock: () => number, readAt: number | null, epoch: number, stored: StoredDocument<T>): LookupResult<T> {
    // After a `forget` the answer still serves those who wait for it, and no later look-up.
    const fresh = readAt !== null && epoch === this.#epoch
    if (stored === null || stored === undefined) {
      this.#entries.delete(key)
      this.#type.miss(key, clock)
      if (fresh && this.#limits.absent > 0) this.#absent.set(key, { readAt })
      return { opened: null, readAt, entry: null }
    }
    this.#absent.delete(key)
    const { isOpened, what, open, admit } = this.#type
    const given = isOpened(stored) ? stored : undefined
    const text = given === undefined ? jsonText(stored, what) : undefined
    let entry = this.#entries.get(key)
    if (entry === undefined || (given === undefined ? entry.text !== text : entry.opened !== given)) {
      const opened = given ?? open(text as string)
      admit(key, opened, clock)
      entry = { opened, text, readAt: STALE, freshUntil: STALE, verdictsSeen: new Set() }
      this.#entries.set(key, entry)
    }
    if (fresh) {
      entry.readAt = readAt
      entry.freshUntil = readAt + this.#limits.found
      entry.verdictsSeen.clear()
    }
    return { opened: entry.opened, readAt, entry: fresh ? entry : null }
  }
}

const STALE = Number.NEGATIVE_INFINITY

function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | null | undefined)?.then === 'function'
}
