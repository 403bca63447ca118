// A whole gate beside middleware that people write by hand, in turns: `node bench/node/gate.mjs`.
import { gates } from './competitors/gates.mjs'
import { onFetch, onNode } from './competitors/middleware.mjs'
import { fetchRequests, nodeRequests } from './competitors/requests.mjs'
import { hold, prove } from './contest.mjs'
import { table, verdicts } from './report.mjs'
import { workload } from './workload.mjs'

const ROUNDS = 301

const data = workload()
const [typical, tuned] = onNode(data)
const byHand = onFetch(data)
const contests = [
  [[typical, tuned, ...gates('node:http', data)], nodeRequests(data), [typical, tuned]],
  [[byHand, ...gates('Fetch', data)], fetchRequests(data), [byHand]],
]

for (const [competitors, requests, bases] of contests) {
  for (const competitor of competitors) await prove(competitor, requests)
  const lanes = await hold(competitors, requests, ROUNDS)
  console.log(`${table(lanes, bases.map(({ name }) => name))}\n`)
}
