// A worker that decides as often as it is told to. It takes no time itself: a worker's clock stands still between
// reads and writes.
import { Policy } from 'portcullis'
import document from '../../../examples/policies/xentral.json'

const policy = new Policy(document)

export default {
  async fetch(request) {
    const { attempt, record, times } = await request.json()
    const token = record === null ? null : policy.open(record)
    let decision
    for (let count = 0; count < times; count += 1) {
      const found = policy.identify(attempt)
      decision = typeof found === 'string' ? policy.decide(attempt, { token }) : found
    }
    return new Response(decision.text('operator'))
  },
}
