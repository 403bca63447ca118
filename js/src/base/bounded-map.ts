/**
 * A map with a limited capacity. When it is full, the entry that was set first is dropped.
 *
 * Reads do not count as use, so what it holds must be cheap to get again.
 */
export class BoundedMap<V> {
  readonly #entries = new Map<string, V>()
  readonly #capacity: number
  readonly #weigh: (value: V) => number
  readonly #dropped: (value: V) => void
  #weight = 0

  /** `dropped` is called with every value that leaves the map. A value weighs 1 unless `weigh` says otherwise. */
  constructor(capacity: number, dropped: (value: V) => void = () => undefined, weigh: (value: V) => number = () => 1) {
    this.#capacity = capacity
    this.#dropped = dropped
    this.#weigh = weigh
  }

  get(key: string): V | undefined {
    return this.#entries.get(key)
  }

  /** Sets a value; one that is heavier than the whole capacity is dropped at once. */
  set(key: string, value: V): void {
    this.delete(key)
    this.#entries.set(key, value)
    this.#weight += this.#weigh(value)
    if (this.#weight <= this.#capacity) return
    // Maps keep insertion order, so the first key is the oldest.
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
