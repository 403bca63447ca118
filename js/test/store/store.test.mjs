import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { inspect } from 'node:util'

import { StoreError } from 'portcullis'
import { conform } from 'portcullis/conformance'
import { memory } from 'portcullis/memory'
import { sqlite } from 'portcullis/sqlite'

import { openDatabase } from '../../dist/store/sqlite/driver.js'
import { schema } from '../../dist/generated/sqlite.js'

/** Several connections to one new file. */
function onDisk(connections) {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-'))
  const file = join(folder, 'tokens.db')
  const stores = Array.from({ length: connections }, () => sqlite(file))
  const close = async () => {
    for (const store of stores) await store.close()
    rmSync(folder, { recursive: true })
  }
  return { stores, file, close }
}

test('the store in memory conforms', async () => {
  const report = await conform(memory)
  assert.deepEqual(report.failures, [])
  assert.equal(report.conforms, true)
})

test('the SQLite store conforms, with one connection, with three, and in memory', async () => {
  for (const make of [() => onDisk(1), () => onDisk(3), () => sqlite(':memory:')]) {
    assert.deepEqual((await conform(make)).failures, [])
  }
})

/** A store that does one thing wrong: what it does instead, given a good one. */
const BROKEN = {
  'ignores the revision': {
    fails: 'STO-02 a change over another revision',
    ...each((store) => ({ commit: async (change) => store.commit(await over(store, change)) })),
  },
  'compares what is written and not its revision': {
    fails: 'STO-02 a record that reads as before',
    ...each((store) => {
      const seen = new Map()
      const content = (record) => JSON.stringify({ ...record, revision: 0 })
      return {
        commit: async (change) => {
          const [{ id, was, record } = {}] = change.writes
          const present = id === undefined ? null : await store.get(id)
          const alike = present !== null && seen.get(`${id}:${was}`) === content(present)
          const outcome = await store.commit(alike ? await over(store, change) : change)
          if (outcome.outcome === 'committed' && record) seen.set(`${id}:${record.revision}`, content(record))
          return outcome
        },
      }
    }),
  },
  'says success when it hit no row': {
    fails: 'STO-02 a change that would hit no row',
    ...each((store) => ({
      commit: async (change) => {
        const outcome = await store.commit(change)
        return outcome.outcome === 'conflict' ? { outcome: 'committed' } : outcome
      },
    })),
  },
  'compares, and then sets': {
    fails: 'ROT-01 of 64 changes over one revision',
    ...each((store) => ({
      commit: async (change) => {
        for (const { id, was } of change.writes) {
          const present = await store.get(id)
          if (was !== 0 && present !== null && present.revision !== was) return { outcome: 'conflict' }
        }
        await new Promise(setImmediate)
        return store.commit(await over(store, change))
      },
    })),
  },
  'counts, and then writes': {
    fails: 'LIF-06 of 64 creations',
    ...each((store) => ({
      commit: async (change) => {
        for (const guard of change.guards) {
          const { records } = await store.list({ ...guard, owner: guard.owner ?? undefined, status: 'active', limit: 1000 })
          const others = records.filter(({ id }) => !change.writes.some((write) => write.id === id))
          if (others.length >= guard.below) return { outcome: 'refused', code: 'limit_reached', guard }
        }
        await new Promise(setImmediate)
        return store.commit({ ...change, guards: [] })
      },
    })),
  },
  'writes one record after the other': {
    fails: 'several records are written together',
    ...each((store) => ({
      commit: async (change) => {
        if (change.writes.length < 2) return store.commit(change)
        for (const write of change.writes) {
          const outcome = await store.commit({ ...change, writes: [write], events: change.events.filter(({ token }) => token === write.id) })
          if (outcome.outcome !== 'committed') return outcome
        }
        return { outcome: 'committed' }
      },
    })),
  },
  'keeps no events': {
    fails: 'ROT-06 a command that took effect',
    ...each((store) => ({ commit: (change) => store.commit({ ...change, events: [] }) })),
  },
  'takes a repeated command for a conflict': {
    fails: 'ROT-06 of 64 times the same command',
    ...each((store) => ({
      commit: async (change) => {
        const outcome = await store.commit(change)
        return outcome.outcome === 'repeated' ? { outcome: 'conflict' } : outcome
      },
    })),
  },
  'sends notices of what it did not write': {
    fails: 'STO-02 a change over another revision',
    ...each((store) => ({
      commit: async (change) => {
        await store.commit({ ...change, writes: [], events: [], guards: [], claims: [], releases: [], tombstone: null })
        return store.commit(change)
      },
    })),
  },
  'forgets notices once they were read': {
    fails: 'ROT-07 AUD-04 notices',
    ...each((store) => ({
      outbox: async (limit) => {
        const notices = await store.outbox(limit)
        await store.acknowledge(notices.map(({ key }) => key))
        return notices
      },
    })),
  },
  'claims nothing': {
    fails: 'what is claimed by one token',
    ...each((store) => ({ commit: (change) => store.commit({ ...change, claims: [] }) })),
  },
  'frees the claims of others': {
    fails: 'what is claimed by one token',
    ...each((store) => {
      const holders = new Map()
      return {
        commit: async (change) => {
          const releases = change.releases.map(({ claim, token }) => ({ claim, token: holders.get(claim) ?? token }))
          const outcome = await store.commit({ ...change, releases })
          if (outcome.outcome === 'committed') for (const { claim, token } of change.claims) holders.set(claim, token)
          return outcome
        },
      }
    }),
  },
  'does not look when a token was used': {
    fails: 'a change worked out before the token was used',
    ...each((store) => ({
      commit: (change) => store.commit({ ...change, writes: change.writes.map(({ seen, ...write }) => write) }),
    })),
  },
  'touches any revision': {
    fails: 'a touch on another revision',
    ...each((store) => ({
      touch: async (id, _, touch) => store.touch(id, (await store.get(id))?.revision ?? 0, touch),
    })),
  },
  'takes each use for the latest': {
    fails: 'TIM-06 a touch raises',
    ...each((store) => ({
      touch: async (id, revision, touch) => {
        const { lastUsedAt = touch.lastUsedAt } = (await store.get(id)) ?? {}
        const latest = new Date(Math.max(Date.parse(lastUsedAt) + 1, Date.parse(touch.lastUsedAt)))
        return store.touch(id, revision, { ...touch, lastUsedAt: latest.toISOString() })
      },
    })),
  },
  'hands out what it holds': {
    fails: 'what is stored cannot be changed',
    ...each((store) => {
      const held = new Map()
      return {
        get: async (id) => {
          const record = await store.get(id)
          if (record === null || held.get(id)?.revision !== record.revision) held.set(id, record)
          return held.get(id)
        },
      }
    }),
  },
  'reads from a copy that lags behind': {
    fails: 'STO-03 what was committed is read at once',
    make: () => {
      const store = memory()
      let late = Promise.resolve(null)
      const replica = with_(store, { get: (id) => [late, (late = store.get(id))][0] })
      return { stores: [store, replica] }
    },
  },
  'looks tenants up by how they begin': {
    fails: 'STO-07 tenants and owners are compared whole',
    ...each((store) => {
      const tenants = new Set()
      return {
        commit: (change) => {
          for (const { record } of change.writes) if (record) tenants.add(record.tenant ?? null)
          return store.commit(change)
        },
        list: async (query) => {
          const { tenant = null } = query
          const alike = [...tenants].filter((other) => other === tenant || (tenant !== null && other?.startsWith(tenant)))
          const pages = await Promise.all(alike.map((tenant) => store.list({ ...query, tenant })))
          return { records: pages.flatMap(({ records }) => records), next: null }
        },
      }
    }),
  },
  'lists the last record of a page twice': {
    fails: 'a list goes on where it ended',
    ...each((store) => ({
      list: async (query) => {
        const page = await store.list(query)
        return { ...page, next: page.next === null ? null : page.next.slice(0, -1) }
      },
    })),
  },
  'sweeps what is not due yet': {
    fails: 'ROT-10 due is what is due',
    ...each((store) => ({ due: (now, limit, after) => store.due(new Date(Date.parse(now) + 1).toISOString(), limit, after) })),
  },
  'never answers': {
    fails: 'STO-02 a record that exists',
    ...each(() => ({ commit: () => new Promise(() => undefined) })),
  },
  throws: {
    fails: 'an empty store has nothing',
    ...each(() => ({ get: () => { throw new Error('no connection') } })),
  },
}

function each(wrong) {
  return { make: () => { const store = memory(); return with_(store, wrong(store)) } }
}

/** A good store with other methods in some places. */
function with_(store, methods) {
  const names = ['get', 'commit', 'touch', 'list', 'due', 'event', 'trail', 'tombstone', 'outbox', 'acknowledge']
  return { ...Object.fromEntries(names.map((name) => [name, (...args) => store[name](...args)])), ...methods }
}

/** The change, over whatever revision is there. */
async function over(store, change) {
  const writes = await Promise.all(change.writes.map(async (write) => {
    const present = await store.get(write.id)
    return present === null || write.was === 0 ? write : { ...write, was: present.revision }
  }))
  return { ...change, writes }
}

for (const [wrong, { make, fails }] of Object.entries(BROKEN)) {
  test(`STO-02 a store that ${wrong} fails the conformance suite`, async () => {
    const report = await conform(make, { timeout: 200 })
    assert.equal(report.conforms, false)
    assert.ok(report.failures.some((failure) => failure.startsWith(fails)), report.failures.join('\n'))
  })
}

test('the tables of the package are those in sql/sqlite.sql', () => {
  assert.equal(schema, readFileSync(new URL('../../sql/sqlite.sql', import.meta.url), 'utf8'))
})

test('a file that cannot be opened or has another version gives a StoreError', async () => {
  await assert.rejects(sqlite('/nowhere/at/all.db').get('x'), StoreError)
  assert.throws(() => sqlite(''), TypeError)
  const { stores: [store], close } = onDisk(1)
  try {
    await assert.rejects(store.list({ status: 'active', now: 'soon', limit: 1 }), StoreError)
    await assert.rejects(store.commit({}), (error) => error instanceof StoreError && error.code === 'store_unavailable')
    assert.equal(await store.get('x'), null)
  } finally {
    await close()
  }
  const { stores: [newer], file, close: remove } = onDisk(1)
  try {
    await newer.get('x')
    const database = await openDatabase(file)
    database.exec("UPDATE portcullis_meta SET value = '2' WHERE name = 'schema'")
    database.close()
    await newer.close()
    await assert.rejects(newer.get('x'), /version 2/)
  } finally {
    await remove()
  }
})

test('a closed store opens again on next use', async () => {
  const { stores: [store], close } = onDisk(1)
  await store.acknowledge(['x'])
  await store.close()
  await store.close()
  assert.equal(await store.get('x'), null)
  assert.ok(!inspect(store, { depth: 9 }).includes('tokens.db'))
  await close()
})
