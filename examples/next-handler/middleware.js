// Answers denials before anything of the application runs, from a copy of the records. The handlers ask once more, from
// the store: the copy may be behind, and what stands in front can be passed by.
import { Gate } from 'portcullis/gate'
import { copy } from './lib/copy.js'
import policy from './policy.json'

const gate = new Gate({ policy, tokens: copy })

export async function middleware(request) {
  const decision = await gate.check(request)
  // Nothing goes on to the handler.
  return decision.allow ? undefined : decision.response()
}

export const config = { matcher: '/v1/:path*' }
