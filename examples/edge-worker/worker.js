import { Gate } from 'portcullis'
import policy from '../policies/xentral.json'

// Opened once, when the worker starts; asked for every request.
const gate = new Gate({ policy, tokens: (id, env) => env.TOKENS.get(id) })

export default {
  async fetch(request, env) {
    const decision = await gate.check(request, env)
    if (!decision.allow) return decision.response()
    return fetch(decision.forward(request))
  },
}
