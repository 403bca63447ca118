// What a read copy must do: never show an older record after a newer one.
import type { TokenId } from '../base/token-id.js'
import type { ReadCopy } from '../store/kv/read-copy.js'
import type { TokenRecord } from '../store/record.js'
import { type Check, expectEqual, Nonconformance } from './check.js'
import { AFTER, after, BEFORE, creation, idOf, NOW, recordOf } from './fixtures.js'

const ada = recordOf(idOf(1), { unknown: [1, { nested: null }], name: 'a\r\n\u0000\u2028"' })

const read = async (copy: ReadCopy, id: TokenId) => {
  const found = await copy.get(id)
  return typeof found === 'string' ? (JSON.parse(found) as TokenRecord) : found
}

/** The checks of `conformCopy`, for copies without any record. */
export const copies: readonly Check<ReadCopy>[] = [
  {
    name: 'a copy that was shown nothing has nothing',
    run: async ([copy]) => {
      expectEqual(await read(copy, ada.id), null, 'get')
    },
  },
  {
    name: 'STO-04 what was published is read as it was, with fields that nobody knows',
    run: async (all) => {
      expectEqual(await all[0].publish(ada), true, 'publish')
      for (const copy of all) expectEqual(await read(copy, ada.id), ada, 'get')
      expectEqual(await read(all[0], idOf(2)), null, 'get of another id')
    },
  },
  {
    name: 'STO-03 a newer record takes the place of an older one, and never the other way round',
    run: async ([copy]) => {
      const second = after(ada, { revoked: { by: 'ada', at: NOW } })
      for (const record of [ada, second]) expectEqual(await copy.publish(record), true, `publish of revision ${record.revision}`)
      for (const stale of [ada, { ...ada, revision: 0 }]) {
        expectEqual(await copy.publish(stale), false, 'publish of an older revision')
        expectEqual(await read(copy, ada.id), second, 'get')
      }
      expectEqual(await copy.publish(second), true, 'publish of the same')
      const much = { ...second, revision: 10 }
      expectEqual([await copy.publish(much), await copy.publish({ ...second, revision: 9 })], [true, false], 'revisions are numbers')
      expectEqual(await read(copy, ada.id), much, 'get')
    },
  },
  {
    name: 'TIM-06 a later use of the same revision takes the place of an earlier one, and never the other way round',
    run: async ([copy]) => {
      const used = { ...ada, lastUsedAt: NOW }
      expectEqual([await copy.publish(ada), await copy.publish(used)], [true, true], 'publish')
      for (const stale of [ada, { ...ada, lastUsedAt: BEFORE }]) expectEqual(await copy.publish(stale), false, 'publish of an earlier use')
      expectEqual(await read(copy, ada.id), used, 'get')
      expectEqual(await copy.publish({ ...used, lastUsedAt: AFTER, secretUsedAt: AFTER }), true, 'publish of a later use')
    },
  },
  {
    name: 'LIF-02 a token that is gone is not shown again',
    run: async ([copy]) => {
      await copy.publish(ada)
      expectEqual(await copy.retract(ada.id, 2), true, 'retract')
      expectEqual(await read(copy, ada.id), null, 'get')
      for (const late of [ada, { ...ada, lastUsedAt: AFTER }, after(ada)]) {
        expectEqual(await copy.publish(late), false, 'a late publication')
        expectEqual(await read(copy, ada.id), null, 'get')
      }
      expectEqual(await copy.retract(idOf(2), 7), true, 'retract of what was never shown')
      expectEqual(await copy.publish(recordOf(idOf(2))), false, 'a late publication of that')
    },
  },
  {
    name: 'STO-07 ids are compared whole',
    run: async ([copy]) => {
      const ids = ['', 'a', 'A', 'a ', 'a:b', 'a%3Ab', 'a*', 'a%', '../', '..', '.', '{x}', "a'b", '\u0000', 'a\u0000', 'ä', 'a\u0308', '__proto__', 'x'.repeat(256)]
      const records = ids.map((id, number) => recordOf(id, { owner: `${number}` }))
      for (const record of records) expectEqual(await copy.publish(record), true, 'publish')
      for (const record of records) expectEqual(await read(copy, record.id), record, `get of ${JSON.stringify(record.id.slice(0, 20))}`)
    },
  },
  {
    name: 'what is shown cannot be changed by who was given it',
    run: async ([copy]) => {
      await copy.publish(ada)
      const found = await copy.get(ada.id)
      if (typeof found === 'object' && found !== null) Object.assign(found, { owner: 'eve' })
      expectEqual(await read(copy, ada.id), ada, 'get')
    },
  },
  {
    name: 'STO-06 commands are refused, and change nothing',
    run: async ([copy]) => {
      await copy.publish(ada)
      const { commit } = copy as { commit?: (change: unknown) => unknown }
      const outcome = await Promise.resolve(commit?.call(copy, creation(recordOf(idOf(2))))).then(() => 'answered', (error: { code?: unknown }) => error.code)
      if (commit !== undefined && outcome !== 'read_copy') throw new Nonconformance(`a commit was not refused as read_copy: ${String(outcome)}`)
      expectEqual(await read(copy, idOf(2)), null, 'get')
    },
  },
]
