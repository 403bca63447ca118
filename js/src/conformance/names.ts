import type { TokenId } from '../base/token-id.js'
import type { Check } from './check.js'
import { expectEqual } from './check.js'
import { after, changeOf, claimOf, COMMITTED, creation, eventOf, guardOf, idOf, noticeOf, put, recordOf, step } from './fixtures.js'

/** Names meant to break out of keys, patterns, statements and paths, and some that look alike. */
const NASTY = [
  '',
  'null',
  'undefined',
  'a',
  'A',
  'a ',
  'ä',
  'a\u0308',
  'a:b',
  'a',
  'a*',
  'a%',
  'a_',
  'a?',
  '../',
  '{x}',
  '[',
  '\\',
  "'; DROP TABLE portcullis_tokens; --",
  '" OR ""="',
  '$1',
  '?1',
  '\u0000',
  'a\u0000',
  'a\u0000b',
  '\r\n',
  '__proto__',
  'constructor',
  'toString',
  'ａ',
  '\ud83d\udd11',
  'x'.repeat(10 * 1024),
].filter((name, index, all) => all.indexOf(name) === index)

/** Pairs that become the same text when joined. */
const JOINED = [['t1', ':23'], ['t1:2', '3'], ['t1:', '23'], ['t1:23', '']] as const

/** STO-07: names are values, never part of a key, a pattern or a statement. */
export const names: readonly Check[] = [
  {
    name: 'STO-07 tenants and owners are compared whole: nobody sees what another has',
    run: async ([store]) => {
      const tenants = [null, ...NASTY]
      const records = tenants.map((tenant, number) => {
        return tenant === null ? recordOf(idOf(number)) : recordOf(idOf(number), { tenant })
      })
      await put(store, ...records)
      for (const [number, tenant] of tenants.entries()) {
        expectEqual((await store.list({ tenant, limit: 100 })).records.map(({ id }) => id), [idOf(number)], `list of tenant ${number}`)
        const next = recordOf(idOf(1000 + number), tenant === null ? {} : { tenant })
        const guard = guardOf(next, 1, 'activePerTenant')
        expectEqual(await store.commit(creation(next, 'create', { guards: [guard] })), { outcome: 'refused', code: 'limit_reached', guard }, `limit of tenant ${number}`)
        expectEqual(await store.commit(creation(next, 'create', { guards: [{ ...guard, below: 2 }] })), COMMITTED, `limit of tenant ${number}`)
      }
      const owners = NASTY.map((owner, number) => recordOf(idOf(2000 + number), { tenant: 'owners', owner }))
      await put(store, ...owners)
      for (const { owner, id } of owners) {
        expectEqual((await store.list({ tenant: 'owners', owner, limit: 100 })).records.map((record) => record.id), [id], 'list of an owner')
      }
    },
  },
  {
    name: 'STO-07 what is the same only when joined is not the same',
    run: async ([store]) => {
      for (const [number, [tenant, owner]] of JOINED.entries()) {
        const record = recordOf(idOf(number), { tenant, owner })
        const parts = { guards: [guardOf(record, 1)], claims: [claimOf(record, owner)], notices: [noticeOf(`${number}`, record)] }
        expectEqual(await store.commit(creation(record, 'create', parts)), COMMITTED, `tenant ${tenant} and owner ${owner}`)
      }
      for (const [number, [tenant, owner]] of JOINED.entries()) {
        expectEqual((await store.list({ tenant, owner, limit: 10 })).records.map(({ id }) => id), [idOf(number)], 'list')
      }
    },
  },
  {
    name: 'STO-07 ids and commands are compared whole',
    run: async ([store]) => {
      const ids = ['a:b', 'a', 'A', 'a*', 'a%', '../', '{x}', "a'b", '__proto__', 'constructor', 'x'.repeat(10 * 1024)] as TokenId[]
      const commands = ['b:c', 'c', 'C', '../c', '_', '@', 'x'.repeat(128)]
      for (const id of ids) {
        let record = recordOf(id)
        await put(store, record)
        for (const command of commands) {
          expectEqual(await store.event(id, command), null, 'event before')
          record = after(record)
          expectEqual(await store.commit(step(record, command)), COMMITTED, `a command on ${id.slice(0, 20)}`)
          expectEqual(await store.event(id, command), eventOf(record, command), 'event after')
        }
        expectEqual(await store.get(id), record, 'get')
        expectEqual((await store.trail(id)).map(({ command }) => command), ['create', ...commands], 'trail')
      }
      expectEqual(await store.event('a:b:c' as TokenId, ''), null, 'a token and command that were joined')
    },
  },
  {
    name: 'STO-07 claims and keys of notices are compared whole',
    run: async ([store]) => {
      for (const [number, name] of NASTY.entries()) {
        const record = recordOf(idOf(number))
        const change = changeOf({
          writes: [{ id: record.id, was: 0, record }],
          claims: [claimOf(record, name)],
          events: [eventOf(record, 'create')],
          notices: [noticeOf(`key:${encodeURIComponent(name)}`, record)],
        })
        expectEqual(await store.commit(change), COMMITTED, `claim ${number}`)
      }
      expectEqual((await store.outbox(1000)).length, NASTY.length, 'notices')
    },
  },
]
