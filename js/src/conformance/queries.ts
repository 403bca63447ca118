import type { ListQuery, RecordPage, Store } from '../store/store.js'
import type { Check } from './check.js'
import { expectEqual } from './check.js'
import { AFTER, after, BEFORE, COMMITTED, eventOf, idOf, NOW, put, recordOf, step } from './fixtures.js'

const ids = (page: RecordPage) => page.records.map(({ id }) => Number(id))

/** Every record of a query, page by page. */
async function all(read: (after: string | null) => Promise<RecordPage>): Promise<{ found: number[]; pages: number }> {
  const found: number[] = []
  let next: string | null = null
  let pages = 0
  do {
    const page = await read(next)
    found.push(...ids(page))
    next = page.next
    pages += 1
  } while (next !== null && pages < 100)
  return { found, pages }
}

const listed = (store: Store, query: Omit<ListQuery, 'limit'>) => store.list({ ...query, limit: 100 }).then(ids)

/** Lists, due tokens and trails. */
export const readings: readonly Check[] = [
  {
    name: 'a list holds exactly what was asked for',
    run: async ([store]) => {
      await put(
        store,
        recordOf(idOf(1)),
        recordOf(idOf(2), { owner: 'bob', endsAt: AFTER }),
        recordOf(idOf(3), { kind: 'service', endsAt: NOW }),
        recordOf(idOf(4), { tenant: 'acme' }),
        recordOf(idOf(5), { revoked: { by: 'ada', at: BEFORE }, endsAt: BEFORE }),
        recordOf(idOf(6), { createdAt: '2026-11-02T00:00:00.000Z', lock: { by: 'ada', at: BEFORE } }),
      )
      const now = NOW
      expectEqual(await listed(store, {}), [1, 2, 3, 5, 6], 'without a tenant')
      expectEqual(await listed(store, { tenant: null }), [1, 2, 3, 5, 6], 'with tenant null')
      expectEqual(await listed(store, { tenant: 'acme' }), [4], 'of a tenant')
      expectEqual(await listed(store, { owner: 'ada' }), [1, 3, 5, 6], 'of an owner')
      expectEqual(await listed(store, { owner: 'a' }), [], 'of an owner whose name begins alike')
      expectEqual(await listed(store, { kind: 'service' }), [3], 'of a kind')
      expectEqual(await listed(store, { createdBefore: '2026-11-02T00:00:00.000Z' }), [1, 2, 3, 5], 'created before')
      expectEqual(await listed(store, { status: 'active', now }), [1, 2, 6], 'active')
      expectEqual(await listed(store, { status: 'ended', now }), [3], 'ended')
      expectEqual(await listed(store, { status: 'revoked', now }), [5], 'revoked')
      expectEqual(await listed(store, { owner: 'ada', kind: 'personal', status: 'active', now }), [1, 6], 'all at once')
    },
  },
  {
    name: 'a list goes on where it ended, page by page, also when records come and go',
    run: async ([store]) => {
      await put(store, ...Array.from({ length: 10 }, (_, index) => recordOf(idOf(2 * index + 2))))
      const wanted = Array.from({ length: 10 }, (_, index) => 2 * index + 2)
      for (const limit of [1, 3, 5, 10, 11]) {
        const { found, pages } = await all((after) => store.list({ after, limit }))
        expectEqual(found, wanted, `pages of ${limit}`)
        expectEqual(pages, Math.ceil(10 / limit), 'how many pages')
      }
      const first = await store.list({ limit: 3 })
      await put(store, recordOf(idOf(1)), recordOf(idOf(7)))
      expectEqual(ids(await store.list({ limit: 100, after: first.next })), [7, 8, 10, 12, 14, 16, 18, 20], 'the rest')
    },
  },
  {
    name: 'ROT-10 due is what is due by now, of all tenants, in the order of its instants',
    run: async ([store]) => {
      await put(
        store,
        recordOf(idOf(1), { dueAt: NOW }),
        recordOf(idOf(2), { dueAt: BEFORE, tenant: 'acme' }),
        recordOf(idOf(3), { dueAt: AFTER }),
        recordOf(idOf(4)),
        recordOf(idOf(5), { dueAt: BEFORE, revoked: { by: 'ada', at: BEFORE } }),
        recordOf(idOf(6), { dueAt: '2000-01-01T00:00:00.000Z' }),
        recordOf(idOf(7), { dueAt: null }),
      )
      expectEqual(ids(await store.due(NOW, 100)), [6, 2, 5, 1], 'due')
      expectEqual(ids(await store.due(BEFORE, 100)), [6, 2, 5], 'due a millisecond before')
      for (const limit of [1, 2, 3, 4, 5]) {
        const { found } = await all((after) => store.due(NOW, limit, after))
        expectEqual(found, [6, 2, 5, 1], `pages of ${limit}`)
      }
      const moved = after(recordOf(idOf(6)), { dueAt: AFTER })
      expectEqual(await store.commit(step(moved, 'remind')), COMMITTED, 'commit')
      expectEqual(ids(await store.due(NOW, 100)), [2, 5, 1], 'due after one moved')
    },
  },
  {
    name: 'AUD-02 a trail holds each event of its token once, in order',
    run: async ([store]) => {
      const [ada, bob] = [recordOf(idOf(1)), recordOf(idOf(2))]
      await put(store, ada, bob)
      const wanted = [eventOf(ada, 'create')]
      let record = ada
      for (let revision = 2; revision <= 12; revision += 1) {
        record = after(record)
        expectEqual(await store.commit(step(record, `c${13 - revision}`)), COMMITTED, 'commit')
        wanted.push(eventOf(record, `c${13 - revision}`))
      }
      expectEqual(await store.trail(ada.id), wanted, 'trail')
      expectEqual(await store.trail(bob.id), [eventOf(bob, 'create')], 'trail of another token')
    },
  },
]
