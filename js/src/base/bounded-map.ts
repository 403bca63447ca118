/**
 * A map that holds at most so much. What was set first goes first when something new needs the room.
 *
 * It is not told what is used: whatever it holds must be cheap to get again.
 */
export class BoundedMap<V> {
  readonly #entries = new Map<string, V>()
  readonly #capacity: number
  readonly #weigh: (value: V) => number
  readonly #dropped: (value: V) => void
  #weight = 0

  /** `dropped` is called with what leaves, for whatever reason; an entry weighs 1 unless `weigh` says otherwise. */
  constructor(capacity: number, dropped: (value: V) => void = () => undefined, weigh: (value: V) => number = () => 1) {
    this.#capacity = capacity
    this.#dropped = dropped
    this.#weigh = weigh
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): V | undefined {
    return this.#entries.get(key)
  }

  /** A value heavier than everything that fits is not kept at all. */
  set(key: string, value: V): void {
    this.delete(key)
    this.#entries.set(key, value)
    this.#weight += this.#weigh(value)
    if (this.#weight <= this.#capacity) return
    // A map keeps the order in which its keys came: the first one is the oldest.
    for (const oldest of this.#entries.keys()) {
      this.delete(oldest)
      if (this.#weight <= this.#capacity) return
    }
  }

  delete(key: string): void {
    const value = this.#entries.get(key)
    if (value === undefined) return
    this.#entries.delete(key)
    this.#weight -= this.#weigh(value)
    this.#dropped(value)
  }
}
