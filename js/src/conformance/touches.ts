import type { Touch } from '../store/store.js'
import type { Check } from './check.js'
import { expectEqual } from './check.js'
import { AFTER, after, BEFORE, COMMITTED, creation, guardOf, idOf, NOW, put, recordOf, step } from './fixtures.js'

const LATER = '2026-12-21T12:00:00.000Z'

/** Touches: they only move forward, and only on the revision that was decided on. */
export const touches: readonly Check[] = [
  {
    name: 'TIM-06 a touch raises what is earlier, and lowers nothing',
    run: async ([store]) => {
      const ada = recordOf(idOf(1), { unknown: [1] })
      await put(store, ada)
      let expected = ada
      const touched = async (touch: Touch, raised: Partial<typeof ada>, what: string) => {
        expectEqual(await store.touch(ada.id, 1, touch), true, what)
        expected = { ...expected, ...raised }
        expectEqual(await store.get(ada.id), expected, what)
      }
      const first = { lastUsedAt: NOW, endsAt: LATER, dueAt: AFTER }
      await touched({ ...first, secretUsedAt: null }, first, 'the first use')
      await touched({ lastUsedAt: BEFORE, endsAt: NOW, dueAt: NOW }, {}, 'an earlier use')
      await touched({ lastUsedAt: NOW, endsAt: NOW, dueAt: NOW }, {}, 'the same instant')
      await touched({ lastUsedAt: BEFORE, secretUsedAt: BEFORE }, { secretUsedAt: BEFORE }, 'an earlier first use of the secret')
      await touched({ lastUsedAt: AFTER, endsAt: null }, { lastUsedAt: AFTER }, 'a later use without ends')
      await touched({ lastUsedAt: AFTER, secretUsedAt: AFTER }, { secretUsedAt: AFTER }, 'a later use of the secret')
      await touched({ lastUsedAt: AFTER, secretUsedAt: NOW }, {}, 'an earlier use of the secret')
      expectEqual((await store.trail(ada.id)).length, 1, 'events')
    },
  },
  {
    name: 'a touch on another revision notes nothing',
    run: async ([store]) => {
      const ada = recordOf(idOf(1))
      await put(store, ada)
      const revoked = after(ada, { revoked: { by: 'ada', at: NOW } })
      expectEqual(await store.commit(step(revoked, 'revoke')), COMMITTED, 'commit')
      for (const revision of [1, 3]) {
        expectEqual(await store.touch(ada.id, revision, { lastUsedAt: AFTER, secretUsedAt: AFTER, endsAt: LATER, dueAt: LATER }), false, 'touch')
      }
      expectEqual(await store.get(ada.id), revoked, 'get')
      expectEqual(await store.touch(idOf(2), 1, { lastUsedAt: AFTER }), false, 'touch of a token that is not there')
    },
  },
  {
    name: 'a touch moves what limits, lists and sweeps go by',
    run: async ([store]) => {
      const ada = recordOf(idOf(1), { endsAt: NOW, dueAt: NOW })
      await put(store, ada)
      const found = async () => (await store.due(NOW, 10)).records.length
      expectEqual(await found(), 1, 'due before')
      expectEqual(await store.touch(ada.id, 1, { lastUsedAt: NOW, endsAt: LATER, dueAt: LATER }), true, 'touch')
      expectEqual(await found(), 0, 'due after')
      expectEqual((await store.list({ status: 'active', now: NOW, limit: 10 })).records.length, 1, 'active')
      const bob = recordOf(idOf(2))
      const outcome = await store.commit(creation(bob, 'create', { guards: [guardOf(bob, 1)] }))
      expectEqual(outcome.outcome, 'refused', 'a limit that the touched token counts for')
    },
  },
]
