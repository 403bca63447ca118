// `Gate.check` of the npm package, with the records in a Map.
import { Gate, Policy } from '../../../js/dist/entry/index.js'

const FORMS = {
  // As a store returns them that keeps them opened.
  opened: (policy) => ({ record }) => policy.open(record),
  // As a key-value store returns them.
  text: () => ({ record }) => JSON.stringify(record),
  // As a driver returns them that reads JSON itself.
  objects: () => ({ record }) => record,
}

/** One gate for each form that records come in; `requests` says what they get. */
export function gates(kind, { policy: document, tokens, now }) {
  return Object.entries(FORMS).map(([form, make]) => {
    const policy = new Policy(document)
    const of = make(policy)
    const records = new Map(tokens.map((token) => [token.record.id, of(token)]))
    const gate = new Gate({ policy, tokens: (id) => records.get(id), now: () => now })
    return {
      name: `${kind}, Gate.check, records: ${form}`,
      later: true,
      async check(request) {
        const decision = await gate.check(request)
        return decision.allow ? 200 : decision.status
      },
    }
  })
}
