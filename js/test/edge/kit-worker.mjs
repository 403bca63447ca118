// The kit, run where D1 and KV are: inside workerd.
import { conform, conformCopy } from 'portcullis/kit'
import { createTables, d1 } from 'portcullis/d1'
import { kv } from 'portcullis/kv'

const TABLES = ['tokens', 'claims', 'events', 'outbox', 'tombstones']

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
  '/kv': ({ TOKENS }) => conformCopy(() => {
    trials += 1
    const copy = () => kv(TOKENS, { prefix: `trial-${trials}` })
    return { stores: [copy(), copy()] }
  }),
}

export default {
  async fetch(request, env) {
    const { checks, failures } = await TRIED[new URL(request.url).pathname](env)
    return Response.json({ checks: checks.length, failures })
  },
}
