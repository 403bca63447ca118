import type { Check } from './check.js'
import { expectEqual } from './check.js'
import {
  after,
  BEFORE,
  changeOf,
  COMMITTED,
  CONFLICT,
  creation,
  deletion,
  eventOf,
  idOf,
  noticeOf,
  NOW,
  put,
  recordOf,
  REPEATED,
  step,
  tombstoneOf,
  turn,
} from './fixtures.js'

const ada = recordOf(idOf(1))

/** Compare and set: a change is written only over the revisions that it was worked out on. */
export const revisions: readonly Check[] = [
  {
    name: 'an empty store has nothing',
    run: async ([store]) => {
      expectEqual(await store.get(ada.id), null, 'get')
      expectEqual(await store.tombstone(ada.id), null, 'tombstone')
      expectEqual(await store.event(ada.id, 'create'), null, 'event')
      expectEqual(await store.trail(ada.id), [], 'trail')
      expectEqual(await store.outbox(10), [], 'outbox')
      expectEqual(await store.list({ limit: 10 }), { records: [], next: null }, 'list')
      expectEqual(await store.due(NOW, 10), { records: [], next: null }, 'due')
      expectEqual(await store.touch(ada.id, 1, { lastUsedAt: NOW }), false, 'touch')
    },
  },
  {
    name: 'STO-04 a record comes back as it was written, with fields that nobody knows',
    run: async ([store]) => {
      const record = recordOf(ada.id, {
        tenant: 'acme',
        name: 'ümläut \u0000 "quotes" \u2028 \ud83d\udd11',
        grants: Array.from({ length: 1024 }, (_, index) => `license/${index}:read`),
        ofTomorrow: { nested: [1, 2.5, null, true, JSON.parse('{"__proto__":{"a":1},"constructor":"x"}')], big: Number.MAX_SAFE_INTEGER },
      })
      await put(store, record)
      expectEqual(await store.get(ada.id), record, 'get')
      const next = after(record, { name: 'other' })
      expectEqual(await store.commit(step(next, 'rename')), COMMITTED, 'commit')
      expectEqual(await store.get(ada.id), next, 'get after a change')
    },
  },
  {
    name: 'what is stored cannot be changed from outside',
    run: async ([store]) => {
      const mine = { ...ada, grants: ['license:read'] }
      await put(store, mine)
      mine.grants.push('license:delete')
      const read = (await store.get(ada.id)) as { grants: string[] } | null
      expectEqual(read?.grants, ['license:read'], 'after the written object was changed')
      read?.grants.push('license:delete')
      expectEqual((await store.get(ada.id))?.grants, ['license:read'], 'after the object that was read was changed')
    },
  },
  {
    name: 'STO-02 a record that exists is not created again',
    run: async ([store]) => {
      await put(store, ada)
      expectEqual(await store.commit(creation({ ...ada, name: 'other' }, 'again')), CONFLICT, 'commit')
      expectEqual(await store.get(ada.id), ada, 'get')
      expectEqual(await store.trail(ada.id), [eventOf(ada, 'create')], 'trail')
    },
  },
  {
    name: 'STO-02 a change over another revision is a conflict and leaves nothing behind',
    run: async ([store]) => {
      const [second, third] = [after(ada, { name: 'second' }), after(after(ada), { name: 'third' })]
      await put(store, ada)
      expectEqual(await store.commit(step(second, 'second')), COMMITTED, 'commit')
      const late = { ...after(ada, { name: 'late' }) }
      for (const stale of [
        step(late, 'stale', { notices: [noticeOf('stale', late)] }),
        changeOf({ writes: [{ id: ada.id, was: 3, record: { ...late, revision: 4 } }], events: [eventOf({ ...late, revision: 4 }, 'stale')] }),
      ]) {
        expectEqual(await store.commit(stale), CONFLICT, 'commit')
        expectEqual(await store.get(ada.id), second, 'get')
        expectEqual(await store.trail(ada.id), [eventOf(ada, 'create'), eventOf(second, 'second')], 'trail')
        expectEqual(await store.outbox(10), [], 'outbox')
        expectEqual(await store.event(ada.id, 'stale'), null, 'event')
      }
      expectEqual(await store.commit(step(third, 'third')), COMMITTED, 'commit over the right revision')
    },
  },
  {
    name: 'STO-02 a record that reads as before under a later revision is another one (ABA)',
    run: async ([store]) => {
      const [second, third] = [after(ada, { name: 'second' }), after(after(ada))]
      await put(store, ada)
      expectEqual(await store.commit(step(second, 'there')), COMMITTED, 'commit')
      expectEqual(await store.commit(step(third, 'and back')), COMMITTED, 'commit')
      expectEqual(await store.commit(step(after(ada, { name: 'late' }), 'late')), CONFLICT, 'commit over the first revision')
      expectEqual(await store.get(ada.id), third, 'get')
    },
  },
  {
    name: 'STO-02 a change that would hit no row is a conflict',
    run: async ([store]) => {
      expectEqual(await store.commit(step(after(ada), 'edit')), CONFLICT, 'commit over a record that never was')
      expectEqual(await store.commit(deletion(ada)), CONFLICT, 'deletion of a record that never was')
      expectEqual(await store.get(ada.id), null, 'get')
      expectEqual(await store.tombstone(ada.id), null, 'tombstone')
      expectEqual(await store.trail(ada.id), [], 'trail')
    },
  },
  {
    name: 'LIF-02 a deleted token leaves its trail and its tombstone, and its id is never given again',
    run: async ([store]) => {
      const due = recordOf(ada.id, { dueAt: BEFORE })
      await put(store, due)
      expectEqual(await store.commit(deletion(due)), COMMITTED, 'deletion')
      expectEqual(await store.get(ada.id), null, 'get')
      expectEqual(await store.tombstone(ada.id), tombstoneOf(due), 'tombstone')
      expectEqual((await store.list({ limit: 10 })).records, [], 'list')
      expectEqual((await store.due(NOW, 10)).records, [], 'due')
      expectEqual((await store.trail(ada.id)).map(({ command }) => command), ['create', 'delete'], 'trail')
      expectEqual(await store.event(ada.id, 'create'), eventOf(due, 'create'), 'event')
      expectEqual(await store.commit(creation(ada, 'anew')), CONFLICT, 'creation with the same id')
      expectEqual(await store.commit(step(after(ada), 'late')), CONFLICT, 'a late change')
      expectEqual(await store.touch(ada.id, 1, { lastUsedAt: NOW }), false, 'touch')
    },
  },
  {
    name: 'ROT-06 a command that took effect is repeated, whatever else stands against it',
    run: async ([store]) => {
      const bob = recordOf(idOf(2))
      await put(store, ada, bob)
      const second = after(ada, { name: 'second' })
      const change = step(second, 'rename', { notices: [noticeOf('renamed', ada)] })
      expectEqual(await store.commit(change), COMMITTED, 'commit')
      expectEqual(await store.commit(change), REPEATED, 'the same again')
      expectEqual(await store.commit(creation(ada)), REPEATED, 'the creation again')
      expectEqual(await store.commit(step(after(second), 'rename')), REPEATED, 'the same command over the present revision')
      expectEqual(await store.get(ada.id), second, 'get')
      expectEqual((await store.trail(ada.id)).length, 2, 'events')
      expectEqual((await store.outbox(10)).length, 1, 'notices')
      expectEqual(await store.commit(step(after(bob), 'rename')), COMMITTED, 'the same command on another token')
      expectEqual(await store.event(ada.id, 'rename'), eventOf(second, 'rename'), 'event')
      expectEqual(await store.event(ada.id, 'renam'), null, 'event of a command whose name begins alike')
    },
  },
  {
    name: 'GRO-04 a change that rests on a record of another revision is a conflict',
    run: async ([store]) => {
      const bob = recordOf(idOf(2))
      await put(store, ada)
      const resting = (was: number) => creation(bob, 'create', { reads: [{ id: ada.id, was }] })
      for (const was of [0, 2, 7]) expectEqual(await store.commit(resting(was)), CONFLICT, 'after another read')
      expectEqual(await store.get(bob.id), null, 'get')
      expectEqual(await store.commit(resting(1)), COMMITTED, 'after the same read')
      expectEqual(await store.get(ada.id), ada, 'what was only read')
      expectEqual(await store.commit(deletion(ada)), COMMITTED, 'deletion of what is read')
      const late = step(after(bob), 'late', { reads: [{ id: ada.id, was: 1 }] })
      expectEqual(await store.commit(late), CONFLICT, 'after the read of a deleted record')
      expectEqual(await store.get(bob.id), bob, 'get')
    },
  },
  {
    name: 'several records are written together or not at all',
    run: async ([store]) => {
      const [bob, cyd] = [recordOf(idOf(2)), recordOf(idOf(3))]
      await put(store, ada, bob)
      const [later, successor] = [after(ada, { renewedTo: cyd.id }), recordOf(cyd.id, { renewedFrom: ada.id })]
      const both = (was: number) => changeOf({
        writes: [{ id: successor.id, was: 0, record: successor }, { id: later.id, was, record: later }],
        events: [eventOf(successor, 'renew'), eventOf(later, 'renew')],
        notices: [noticeOf('renewed', ada)],
      })
      expectEqual(await store.commit(both(7)), CONFLICT, 'commit')
      expectEqual(await store.get(successor.id), null, 'the first record')
      expectEqual(await store.get(ada.id), ada, 'the second record')
      expectEqual(await store.trail(successor.id), [], 'trail')
      expectEqual(await store.outbox(10), [], 'outbox')
      expectEqual(await store.commit(both(1)), COMMITTED, 'commit over the right revisions')
      expectEqual([await store.get(successor.id), await store.get(ada.id)], [successor, later], 'both records')
    },
  },
  {
    name: 'STO-03 what was committed is read at once, through every connection',
    run: async (stores) => {
      await put(stores[0], ada)
      let record = ada
      for (let round = 0; round < 20; round += 1) {
        record = after(record, { name: `round ${round}` })
        expectEqual(await turn(stores, round).commit(step(record, `round:${round}`)), COMMITTED, 'commit')
        for (const store of stores) {
          expectEqual(await store.get(ada.id), record, 'get')
          expectEqual(await store.event(ada.id, `round:${round}`), eventOf(record, `round:${round}`), 'event')
        }
      }
    },
  },
]
