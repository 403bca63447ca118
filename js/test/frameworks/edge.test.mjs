// SEA-16: random policies and targets at an edge worker, in front of the real routers, which have no guard.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { origins } from './routers/edge.mjs'
import { unmetIn } from './routers/judge.mjs'
import { held } from './routers/law.mjs'

const PAIRS = Number(process.env.PORTCULLIS_PAIRS ?? 100_000) / 4
const SEED = Number(process.env.PORTCULLIS_SEED ?? 1)

for (const { name, build, options } of origins) {
  test(`SEA-16 what an origin runs was allowed at the edge: ${name}`, async (t) => {
    const seen = await held(build, Math.ceil(PAIRS / origins.length), SEED, options, unmetIn)
    t.diagnostic(JSON.stringify({ ...seen, found: undefined }))
    assert.equal(seen.broken, 0, JSON.stringify(seen.found, null, 1))
    assert.ok(seen.ran > seen.pairs / 20, 'too few handlers ran to mean anything')
  })
}
