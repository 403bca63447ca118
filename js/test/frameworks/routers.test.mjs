// SEA-06: random policies and targets against the real routers, without sockets.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { held } from './routers/law.mjs'
import { settings } from './routers/settings.mjs'

/** Pairs of a policy and a target, over all settings together. */
const PAIRS = Number(process.env.PORTCULLIS_PAIRS ?? 100_000)
const SEED = Number(process.env.PORTCULLIS_SEED ?? 1)

for (const { name, build, options } of settings) {
  test(`SEA-06 SEA-01 SEA-02 SEA-03 the handler that runs is the one that was decided: ${name}`, async (t) => {
    const seen = await held(build, Math.ceil(PAIRS / settings.length), SEED, options)
    t.diagnostic(JSON.stringify({ ...seen, found: undefined }))
    assert.equal(seen.broken, 0, JSON.stringify(seen.found, null, 1))
    assert.ok(seen.ran > seen.pairs / 20, 'too few handlers ran to mean anything')
  })
}
