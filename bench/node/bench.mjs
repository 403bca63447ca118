// One request, checked by everyone, in turns: `node bench/node/bench.mjs`, after `npm ci` in this folder.
import { cedarWithData, cedarWithPolicies } from './competitors/cedar.mjs'
import { portcullis } from './competitors/portcullis.mjs'
import { tuned } from './competitors/tuned.mjs'
import { typical } from './competitors/typical.mjs'
import { hold, prove } from './contest.mjs'
import { table, verdicts } from './report.mjs'
import { workload } from './workload.mjs'

const ROUNDS = 501

const GOALS = [
  { name: 'portcullis', against: 'hand-written, tuned', atMost: 0.6 },
  { name: 'portcullis', against: 'hand-written, typical', atMost: 0.3 },
  { name: 'portcullis', against: 'cedar-wasm, pre-parsed', atMost: 1 / 150 },
]

const data = workload()
const [byHand, byHandLookup] = tuned(data)
const [usual, usualLookup] = typical(data)
const [gate, gateLookup] = await portcullis(data)
const competitors = [
  byHand,
  usual,
  gate,
  cedarWithData(data),
  cedarWithPolicies(data),
  byHandLookup,
  usualLookup,
  gateLookup,
].filter((competitor) => competitor !== undefined)

for (const competitor of competitors) await prove(competitor, data.requests)
const lanes = await hold(competitors, data.requests, ROUNDS)
console.log(`${table(lanes, [byHand.name, usual.name])}\n\n${verdicts(lanes, GOALS)}`)
