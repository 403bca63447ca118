// Reads `[{ attempt, record }]` and prints `[{ decision, micros }]`: what workerd decides, and what that takes it.
import { text } from 'node:stream/consumers'

import { startWorker } from '../../../examples/edge-worker/workerd.js'

const TIMES = 1000
const ROUNDS = 15

const worker = await startWorker(new URL('./measured.mjs', import.meta.url))

/** The shortest of some rounds, in milliseconds, from outside: what else happens only makes a round longer. */
async function took(question, times) {
  const body = JSON.stringify({ ...question, times })
  let best = Infinity
  let decision
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now()
    const response = await worker.dispatchFetch('http://demo.test/', { method: 'POST', body })
    decision = await response.json()
    best = Math.min(best, performance.now() - start)
  }
  return { best, decision }
}

const results = []
for (const question of JSON.parse(await text(process.stdin))) {
  const { best: once, decision } = await took(question, 1)
  const { best: often } = await took(question, 1 + TIMES)
  results.push({ decision, micros: Math.max(0, ((often - once) / TIMES) * 1000) })
}
await worker.dispose()
process.stdout.write(JSON.stringify(results))
