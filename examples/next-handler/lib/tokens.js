import { Gate, Tokens } from 'portcullis'
import { mirrored } from 'portcullis/kv'
import { sqlite } from 'portcullis/sqlite'
import policy from '../policy.json'
import { copy } from './copy.js'

/** Where commands are committed; from there they are published for the middleware. */
export const store = mirrored(sqlite(process.env.TOKENS_FILE ?? 'tokens.db'), copy)

export const tokens = new Tokens({ policy, store })

/** Asks the store for each request: a revocation counts from the next one on. */
export const gate = new Gate({ policy, tokens: store })
