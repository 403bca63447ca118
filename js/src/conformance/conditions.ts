import type { CommitOutcome, Guard } from '../store/change.js'
import type { Check } from './check.js'
import { expectEqual } from './check.js'
import {
  AFTER,
  after,
  BEFORE,
  changeOf,
  claimOf,
  COMMITTED,
  creation,
  deletion,
  eventOf,
  guardOf,
  idOf,
  noticeOf,
  NOW,
  put,
  recordOf,
  step,
  tally,
} from './fixtures.js'

const stopped = { by: 'ada', at: BEFORE }

const full = (guard: Guard): CommitOutcome => ({ outcome: 'refused', code: 'limit_reached', guard })

/** Limits and unique claims, which are checked in the same write. */
export const conditions: readonly Check[] = [
  {
    name: 'a limit counts tokens of its kind, tenant and owner that are not revoked and not at their end',
    run: async ([store]) => {
      const counted = [
        recordOf(idOf(1)),
        recordOf(idOf(2), { lock: stopped }),
        recordOf(idOf(3), { endsAt: AFTER }),
        recordOf(idOf(4), { notBefore: AFTER }),
      ]
      const others = [
        recordOf(idOf(5), { revoked: stopped }),
        recordOf(idOf(6), { endsAt: NOW }),
        recordOf(idOf(7), { endsAt: BEFORE }),
        recordOf(idOf(8), { kind: 'service' }),
        recordOf(idOf(9), { tenant: 'acme' }),
        recordOf(idOf(10), { owner: 'bob' }),
        recordOf(idOf(11), { revoked: null, lock: null, endsAt: null }),
      ]
      await put(store, ...counted, ...others)
      const made = recordOf(idOf(20))
      const guard = guardOf(made, 5)
      expectEqual(await store.commit(creation(made, 'create', { guards: [guard] })), full(guard), 'with 5 of the owner')
      expectEqual(await store.get(made.id), null, 'the refused record')
      expectEqual(await store.event(made.id, 'create'), null, 'the event of the refused command')
      expectEqual(await store.commit(creation(made, 'create', { guards: [guardOf(made, 6)] })), COMMITTED, 'below 6')
      const next = recordOf(idOf(21))
      const wide = guardOf(next, 7, 'activePerTenant')
      expectEqual(await store.commit(creation(next, 'create', { guards: [wide] })), full(wide), 'with 7 of all owners')
      expectEqual(await store.commit(creation(next, 'create', { guards: [{ ...wide, below: 8 }] })), COMMITTED, 'below 8')
      const elsewhere = recordOf(idOf(22), { tenant: 'acme' })
      const theirs = guardOf(elsewhere, 1, 'activePerTenant')
      expectEqual(await store.commit(creation(elsewhere, 'create', { guards: [theirs] })), full(theirs), 'in a tenant with one')
    },
  },
  {
    name: 'a limit leaves the tokens of the change itself out of account',
    run: async ([store]) => {
      const [ada, bob] = [recordOf(idOf(1), { revoked: stopped }), recordOf(idOf(2))]
      await put(store, ada, bob)
      const again = after(ada, { revoked: null })
      const guard = guardOf(ada, 1)
      expectEqual(await store.commit(step(again, 'regenerate', { guards: [guard] })), full(guard), 'beside another')
      expectEqual(await store.commit(step(again, 'regenerate', { guards: [guardOf(ada, 2)] })), COMMITTED, 'below 2')
      expectEqual(await store.commit(step(after(again), 'rotate', { guards: [guardOf(ada, 2)] })), COMMITTED, 'itself not counted')
    },
  },
  {
    name: 'what is claimed by one token cannot be claimed by another until it is given back',
    run: async ([store]) => {
      const [ada, bob, cyd] = [recordOf(idOf(1)), recordOf(idOf(2)), recordOf(idOf(3))]
      const take = (record: typeof ada, name: string) => creation(record, 'create', { claims: [claimOf(record, name)] })
      const refused = (record: typeof ada, name: string) => {
        return { outcome: 'refused', code: 'not_unique', claim: claimOf(record, name) }
      }
      expectEqual(await store.commit(take(ada, 'sync')), COMMITTED, 'the first claim')
      expectEqual(await store.commit(take(bob, 'sync')), refused(bob, 'sync'), 'the second claim')
      expectEqual(await store.get(bob.id), null, 'the refused record')
      expectEqual(await store.commit(take(bob, 'Sync')), COMMITTED, 'a claim in another case')
      const thief = changeOf({ ...take(cyd, 'sync'), releases: [claimOf(cyd, 'sync')] })
      expectEqual(await store.commit(thief), refused(cyd, 'sync'), 'a claim by one who gives back what it does not hold')
      const renamed = step(after(ada), 'rename', { claims: [claimOf(ada, 'other')], releases: [claimOf(ada, 'sync')] })
      expectEqual(await store.commit(renamed), COMMITTED, 'giving back and claiming in one change')
      expectEqual(await store.commit(take(cyd, 'other')), refused(cyd, 'other'), 'the new claim')
      expectEqual(await store.commit(take(cyd, 'sync')), COMMITTED, 'the claim that was given back')
    },
  },
  {
    name: 'a change that is refused for one claim keeps and frees no other',
    run: async ([store]) => {
      const [ada, bob, cyd] = [recordOf(idOf(1)), recordOf(idOf(2)), recordOf(idOf(3))]
      expectEqual(await store.commit(creation(ada, 'create', { claims: [claimOf(ada, 'a')] })), COMMITTED, 'a')
      expectEqual(await store.commit(creation(bob, 'create', { claims: [claimOf(bob, 'b')] })), COMMITTED, 'b')
      const greedy = step(after(bob), 'rename', { claims: [claimOf(bob, 'c'), claimOf(bob, 'a')], releases: [claimOf(bob, 'b')] })
      expectEqual((await store.commit(greedy)).outcome, 'refused', 'a change that wants c and a')
      const modest = creation(cyd, 'create', { claims: [claimOf(cyd, 'c')] })
      expectEqual(await store.commit(modest), COMMITTED, 'c was not kept')
      const bold = step(after(cyd), 'rename', { claims: [claimOf(cyd, 'b')] })
      expectEqual((await store.commit(bold)).outcome, 'refused', 'b was not freed')
      expectEqual((await store.get(bob.id))?.revision, 1, 'revision of the refused record')
    },
  },
  {
    name: 'a deleted token gives its claims back in the same write',
    run: async ([store]) => {
      const [ada, bob] = [recordOf(idOf(1)), recordOf(idOf(2))]
      expectEqual(await store.commit(creation(ada, 'create', { claims: [claimOf(ada, 'sync')] })), COMMITTED, 'the first')
      expectEqual(await store.commit(deletion(ada, 'delete', { releases: [claimOf(ada, 'sync')] })), COMMITTED, 'deletion')
      expectEqual(await store.commit(creation(bob, 'create', { claims: [claimOf(bob, 'sync')] })), COMMITTED, 'the next')
    },
  },
  {
    name: 'a change worked out before the token was used is a conflict',
    run: async ([store]) => {
      const ada = recordOf(idOf(1))
      await put(store, ada)
      expectEqual(await store.touch(ada.id, 1, { lastUsedAt: NOW }), true, 'touch')
      for (const seen of [null, BEFORE]) {
        expectEqual(await store.commit(step(after(ada), 'edit', { seen })), { outcome: 'conflict' }, 'an edit over what was seen')
        const gone = changeOf({ ...deletion(ada), writes: [{ id: ada.id, was: 1, record: null, seen }] })
        expectEqual(await store.commit(gone), { outcome: 'conflict' }, 'a deletion over what was seen')
      }
      const fresh = after(ada, { lastUsedAt: NOW })
      expectEqual(await store.commit(step(fresh, 'edit', { seen: NOW })), COMMITTED, 'an edit over the present')
    },
  },
  {
    name: 'a change may hold notices alone, and each key stands in the outbox once',
    run: async ([store]) => {
      const ada = recordOf(idOf(1))
      const first = { ...noticeOf('reuse:1', ada), stage: 'first' }
      const outcomes = [
        await store.commit(changeOf({ notices: [first] })),
        await store.commit(changeOf({ notices: [noticeOf('reuse:1', ada), noticeOf('reuse:2', ada)] })),
      ]
      expectEqual(tally(outcomes), { committed: 2 }, 'commits')
      expectEqual(await store.outbox(10), [first, noticeOf('reuse:2', ada)], 'outbox')
    },
  },
  {
    name: 'ROT-07 AUD-04 notices and events are there with the record, in order, until somebody acknowledges',
    run: async (stores) => {
      const [store, other = store] = stores
      const [ada, bob] = [recordOf(idOf(1)), recordOf(idOf(2))]
      expectEqual(await store.commit(creation(ada, 'create', { notices: [noticeOf('n1', ada), noticeOf('n2', ada)] })), COMMITTED, 'one')
      expectEqual(await store.commit(creation(bob, 'create', { notices: [noticeOf('n0', bob)] })), COMMITTED, 'two')
      const keys = async (limit: number) => (await other.outbox(limit)).map(({ key }) => key)
      expectEqual(await keys(10), ['n1', 'n2', 'n0'], 'outbox')
      expectEqual(await keys(2), ['n1', 'n2'], 'the oldest two')
      expectEqual(await keys(10), ['n1', 'n2', 'n0'], 'reading takes nothing away')
      await other.acknowledge(['n2', 'nobody'])
      expectEqual(await keys(10), ['n1', 'n0'], 'after one was acknowledged')
      await store.acknowledge([])
      await store.acknowledge(['n1', 'n0', 'n1'])
      expectEqual(await keys(10), [], 'after all were')
      expectEqual(await store.trail(ada.id), [eventOf(ada, 'create')], 'events stay')
    },
  },
]
