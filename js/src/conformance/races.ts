import type { CommitOutcome } from '../store/change.js'
import type { Store } from '../store/store.js'
import type { Check } from './check.js'
import { expectEqual } from './check.js'
import { after, claimOf, creation, eventOf, guardOf, idOf, NOW, put, recordOf, step, tally, turn } from './fixtures.js'

/** How many connections write at the same time. */
const WRITERS = 64

/** How many keep trying until they succeed. Each one more makes all others read once more. */
const STUBBORN = 16

/** How often to repeat a race that rarely shows in one round. */
const ROUNDS = 8

type Stores = readonly [Store, ...Store[]]

/** Runs the work several times at once, spread over the connections. */
function together<T>(stores: Stores, work: (store: Store, number: number) => Promise<T>, writers = WRITERS): Promise<T[]> {
  return Promise.all(Array.from({ length: writers }, (_, number) => work(turn(stores, number), number)))
}

/** Concurrent writes: exactly as many succeed as are allowed. */
export const races: readonly Check[] = [
  {
    name: 'ROT-01 of 64 changes over one revision, one is committed',
    run: async (stores) => {
      let record = recordOf(idOf(1))
      await put(stores[0], record)
      for (let round = 0; round < ROUNDS; round += 1) {
        const next = after(record)
        const outcomes = await together(stores, (store, number) => {
          return store.commit(step({ ...next, name: `writer ${number}` }, `${round}:${number}`))
        })
        expectEqual(tally(outcomes), { committed: 1, conflict: WRITERS - 1 }, 'outcomes')
        const winner = outcomes.findIndex(({ outcome }) => outcome === 'committed')
        record = { ...next, name: `writer ${winner}` }
        expectEqual(await stores[0].get(record.id), record, 'the record')
        expectEqual((await stores[0].trail(record.id)).length, round + 2, 'events')
      }
    },
  },
  {
    name: 'ROT-06 of 64 times the same command, one is committed and the others are repeated',
    run: async (stores) => {
      const record = recordOf(idOf(1))
      const outcomes = await together(stores, (store) => store.commit(creation(record)))
      expectEqual(tally(outcomes), { committed: 1, repeated: WRITERS - 1 }, 'outcomes')
      expectEqual(await stores[0].trail(record.id), [eventOf(record, 'create')], 'events')
    },
  },
  {
    name: 'LIF-06 of 64 creations with one place free, one is committed',
    run: async (stores) => {
      for (const guard of ['activePerOwner', 'activePerTenant'] as const) {
        const tenant = guard
        await put(stores[0], ...Array.from({ length: 9 }, (_, number) => recordOf(`${guard}${number}`, { tenant })))
        const outcomes = await together(stores, (store, number) => {
          const record = recordOf(`${guard}:${number}`, { tenant })
          return store.commit(creation(record, `create:${number}`, { guards: [guardOf(record, 10, guard)] }))
        })
        expectEqual(tally(outcomes), { committed: 1, limit_reached: WRITERS - 1 }, guard)
        expectEqual((await stores[0].list({ tenant, limit: 100 })).records.length, 10, 'records')
      }
    },
  },
  {
    name: 'of 64 claims of one name, one is committed',
    run: async (stores) => {
      const outcomes = await together(stores, (store, number) => {
        const record = recordOf(idOf(number))
        return store.commit(creation(record, 'create', { claims: [claimOf(record, 'sync')] }))
      })
      expectEqual(tally(outcomes), { committed: 1, not_unique: WRITERS - 1 }, 'outcomes')
      expectEqual((await stores[0].list({ limit: 100 })).records.length, 1, 'records')
    },
  },
  {
    name: 'ROT-08 of 16 who read, change and try again, no change is lost',
    run: async (stores) => {
      const id = idOf(1)
      await put(stores[0], recordOf(id, { count: 0 }))
      await together(stores, async (store, number) => {
        for (;;) {
          const record = (await store.get(id)) as ReturnType<typeof recordOf> & { count: number }
          const outcome: CommitOutcome = await store.commit(step(after(record, { count: record.count + 1 }), `add:${number}`))
          if (outcome.outcome === 'committed') return
          expectEqual(outcome, { outcome: 'conflict' }, 'a change that came too late')
        }
      }, STUBBORN)
      const record = await stores[0].get(id)
      expectEqual([record?.revision, record?.['count']], [STUBBORN + 1, STUBBORN], 'revision and count')
      const sequences = (await stores[0].trail(id)).map(({ sequence }) => sequence)
      expectEqual(sequences, Array.from({ length: STUBBORN + 1 }, (_, index) => index + 1), 'sequences')
    },
  },
  {
    name: 'ROT-08 a touch never brings back what a revocation took away',
    run: async (stores) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const ada = recordOf(idOf(round))
        await put(stores[0], ada)
        const revoked = after(ada, { revoked: { by: 'ada', at: NOW } })
        const outcomes = await together(stores, async (store, number) => {
          if (number === WRITERS / 2) return (await store.commit(step(revoked, 'revoke'))).outcome === 'committed'
          return store.touch(ada.id, 1, { lastUsedAt: new Date(Date.parse(NOW) + number).toISOString() })
        })
        expectEqual(outcomes[WRITERS / 2], true, 'the revocation')
        const record = await stores[0].get(ada.id)
        expectEqual([record?.revision, record?.revoked], [2, revoked.revoked], 'the record')
      }
    },
  },
]
