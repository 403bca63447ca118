/** Random choices that a seed gives again. */
export class Random {
  #state

  constructor(seed) {
    this.#state = (seed ^ 0x9e3779b9) >>> 0
  }

  /** A number from 0 up to and without `end` (mulberry32). */
  below(end) {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * end | 0
  }

  pick(list) {
    return list[this.below(list.length)]
  }

  /** True in this many of a hundred cases. */
  chance(percent) {
    return this.below(100) < percent
  }

  shuffled(list) {
    const copy = [...list]
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      ;[copy[i], copy[j]] = [copy[j], copy[i]]
    }
    return copy
  }
}
