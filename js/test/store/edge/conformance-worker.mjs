// The conformance suite, and a race, run where D1 and KV are: inside workerd.
import { conform, conformCopy } from 'portcullis/conformance'
import { createTables, d1 } from 'portcullis/d1'
import { kv } from 'portcullis/kv'
import { Tokens } from 'portcullis'

import { DAY, policy, START } from '../../support/fixtures.mjs'
import { offering } from '../../tokens/renewal-fixtures.mjs'

const TABLES = ['tokens', 'claims', 'events', 'outbox', 'tombstones']

/** Of so many who redeem one key at the same moment: what each was told, and what the store holds afterwards. */
async function race(DB, racers) {
  const { id, plaintext, key } = await offering({ store: d1(DB), timeout: 30_000 })
  const at = START + 90 * DAY
  const redeem = () => new Tokens({ policy, store: d1(DB), now: () => at, timeout: 30_000 }).redeem({ plaintext, key }).then(() => 'redeemed', ({ code }) => code)
  const told = await Promise.all(Array.from({ length: racers }, redeem))
  return { racers, told, events: (await d1(DB).trail(id)).map(({ event }) => event) }
}

/** Names of checks would do as well, but nothing says that they stay short. */
let trials = 0

const TRIED = {
  '/d1': async ({ DB }) => {
    await createTables(DB)
    return conform(async () => {
      await DB.batch(TABLES.map((table) => DB.prepare(`DELETE FROM portcullis_${table}`)))
      return { stores: [d1(DB), d1(DB)] }
    })
  },
  '/race': async ({ DB }) => {
    await createTables(DB)
    const races = []
    for (const racers of [2, 8, 64]) {
      await DB.batch(TABLES.map((table) => DB.prepare(`DELETE FROM portcullis_${table}`)))
      races.push(await race(DB, racers))
    }
    return races
  },
  '/kv': ({ TOKENS }) => conformCopy(() => {
    trials += 1
    const copy = () => kv(TOKENS, { prefix: `trial-${trials}` })
    return { stores: [copy(), copy()] }
  }),
}

export default {
  async fetch(request, env) {
    return Response.json(await TRIED[new URL(request.url).pathname](env))
  },
}
