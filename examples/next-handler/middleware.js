// Answers denials before anything of the application runs, from a copy of the records. The handlers ask once more, from
// the store: the copy may be behind, and what stands in front can be passed by.
import { Gate } from 'portcullis/gate'
import { middleware as guarding } from 'portcullis/next'
import { copy } from './lib/copy.js'
import policy from './policy.json'

const gate = new Gate({ policy, tokens: copy })

// Nothing of the decision is passed on to the handler.
export const middleware = guarding(gate)

export const config = { matcher: '/v1/:path*' }
