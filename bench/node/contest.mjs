// Turns, taken alternately in one process: what disturbs the machine disturbs everyone.

/** Stops the run when a competitor gives one wrong answer: a wrong check is worth no time. */
export async function prove({ name, check }, requests) {
  for (const request of requests) {
    const status = await check(request)
    if (status !== request.status) {
      throw new Error(`${name} says ${status} to ${request.method} ${request.target}, not ${request.status}`)
    }
  }
}

/** Every competitor takes one turn a round; who begins changes from round to round. */
export async function hold(competitors, requests, rounds) {
  const lanes = competitors.map((competitor) => new Lane(competitor, requests))
  // So that the compiler is done with the code of every competitor.
  for (let round = 0; round < 100; round++) for (const lane of lanes) await lane.turn()
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < lanes.length; turn++) {
      const next = lanes[(round + turn) % lanes.length]
      next.rounds.push(await next.turn())
    }
  }
  return lanes
}

class Lane {
  rounds = []
  #check
  #answerAll
  #requests
  #share
  #at = 0

  constructor({ name, check, later = false, share = 1 / 8 }, requests) {
    this.name = name
    this.#check = check
    this.#answerAll = loopFor(name, later)
    this.#requests = requests
    this.#share = Math.round(requests.length * share)
  }

  /** Nanoseconds a check, over the next share of the stream; what comes before it is a warm-up. */
  async turn() {
    await this.#pass(Math.ceil(this.#share / 10))
    const start = process.hrtime.bigint()
    await this.#pass(this.#share)
    return Number(process.hrtime.bigint() - start) / this.#share
  }

  /** The median of the rounds. */
  get median() {
    return median(this.rounds)
  }

  /** How many times as long as the other it took: the median of what the rounds say, each for itself. */
  ratioTo(other) {
    return median(this.rounds.map((mine, round) => mine / other.rounds[round]))
  }

  async #pass(count) {
    const end = this.#at + count
    const wraps = end > this.#requests.length
    await this.#answerAll(this.#check, this.#requests, this.#at, Math.min(end, this.#requests.length))
    if (wraps) await this.#answerAll(this.#check, this.#requests, 0, end - this.#requests.length)
    this.#at = end % this.#requests.length
  }
}

/**
 * Each competitor gets a loop of its own: into a shared one the compiler could inline no check. It waits for each
 * answer only where answers come later.
 */
function loopFor(name, later) {
  return new Function(`/* ${name} */ return ${later ? 'async ' : ''}(check, requests, from, to) => {
    let allowed = 0
    for (let at = from; at < to; at++) if (${later ? 'await ' : ''}check(requests[at]) === 200) allowed++
    return allowed
  }`)()
}

function median(figures) {
  return figures.toSorted((a, b) => a - b)[figures.length >> 1]
}
