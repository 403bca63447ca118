// Commits that reach a read copy, whatever happens on the way.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'

import { StoreError } from 'portcullis'
import { conform } from 'portcullis/conformance'
import { kv, mirrored } from 'portcullis/kv'
import { memory } from 'portcullis/memory'

import { namespace } from './edge/namespace.mjs'
import { ada, admin, desk, instead, personal } from '../support/fixtures.mjs'

const revisionOf = async (copy, id) => JSON.parse((await copy.get(id)) ?? '{}').revision

/** A clock on which an hour passes between two looks at it. */
const hourly = () => {
  let now = Date.parse('2026-12-01T12:00:00Z')
  return () => (now += 3_600_000)
}

/** A store, a copy in a namespace that can be made to fail, and tokens whose commands go through both. */
function pair({ patience, now = hourly() } = {}) {
  const [store, space] = [memory(), namespace()]
  const copy = kv(space)
  const mirror = mirrored(store, copy, patience === undefined ? { now } : { now, patience })
  return { ...desk({ store: mirror }), store, space, copy, mirror, now }
}

test('a mirrored store conforms', async () => {
  assert.deepEqual((await conform(() => mirrored(memory(), kv(namespace())))).failures, [])
})

test('a commit is published before the command returns, and leaves nothing in the outbox', async () => {
  const { tokens, copy, store, space } = pair()
  const { token: { id } } = await personal(tokens)
  assert.deepEqual(JSON.parse(await copy.get(id)), await store.get(id))
  await tokens.lock(id, { by: admin })
  assert.equal(await revisionOf(copy, id), 2)
  await tokens.unlock(id, { by: admin })
  await tokens.revoke(id, { by: ada })
  assert.equal(JSON.parse(await copy.get(id)).revoked.by, 'ada')
  await tokens.delete(id, { by: ada })
  assert.deepEqual([await copy.get(id), [...space.entries.values()], await store.outbox(10)], [null, ['deleted:5'], []])
})

test('touches are published too: a token in use does not go idle at the edge', async () => {
  const { mirror, copy, tokens } = pair()
  const { token: { id } } = await personal(tokens)
  const lastUsedAt = '2026-11-22T12:00:00.000Z'
  assert.equal(await mirror.touch(id, 1, { lastUsedAt }), true)
  assert.equal(JSON.parse(await copy.get(id)).lastUsedAt, lastUsedAt)
  assert.equal(await mirror.touch(id, 7, { lastUsedAt }), false)
})

test('a failing copy fails no command, and catches up later', async () => {
  const { tokens, space, store, mirror, copy, at } = pair({ patience: 20 })
  const put = space.put
  space.put = () => Promise.reject(new Error('429 Too Many Requests'))
  const { token: { id } } = await personal(tokens)
  await tokens.lock(id, { by: admin })
  at(Date.parse('2027-01-01T00:00:00Z'))
  assert.deepEqual((await tokens.sweep()).commands, { remind: 1 })
  assert.deepEqual((await tokens.outbox()).map(({ notice }) => notice), ['idleSoon'])
  assert.equal((await store.outbox(10)).filter(({ notice }) => notice === 'mirror').length, 3)
  const { published, failed } = await mirror.catchUp()
  assert.deepEqual([published, failed], [0, [{ token: id, message: 'The KV copy failed' }]])
  space.put = put
  assert.deepEqual(await mirror.catchUp(), { published: 1, failed: [] })
  assert.equal(await revisionOf(copy, id), 3)
  assert.deepEqual(await mirror.catchUp(), { published: 0, failed: [] })
  assert.equal((await tokens.outbox()).length, 1, 'the notices of people stay')
})

test('a refused write is repeated: KV accepts one write of a key per second', async () => {
  const { tokens, space, copy } = pair()
  const { put } = space
  let refused = 0
  space.put = (...all) => (refused++ === 0 ? Promise.reject(new Error('429')) : put(...all))
  const { token: { id } } = await personal(tokens)
  assert.deepEqual([refused, await revisionOf(copy, id)], [2, 1])
})

test('STO-01 a copy that never answers delays a command only for its patience', async () => {
  const { tokens, space } = pair({ patience: 50 })
  space.put = () => new Promise(() => undefined)
  const began = performance.now()
  await personal(tokens)
  assert.ok(performance.now() - began < 1000)
})

test('STO-01 the mirror returns the outcome of the store', async () => {
  const { store, copy } = pair()
  for (const outcome of [{ outcome: 'conflict' }, { outcome: 'repeated' }, undefined, true]) {
    const mirror = mirrored(instead(store, { commit: async () => outcome }), copy)
    assert.deepEqual(await mirror.commit({ writes: [], notices: [], events: [] }), outcome)
  }
  const broken = mirrored(instead(store, { commit: () => Promise.reject(new StoreError('down')) }), copy)
  await assert.rejects(broken.commit({ writes: [], notices: [], events: [] }), StoreError)
})

test('STO-05 after a process dies between commit and publication, another one publishes', async () => {
  const { store, space, copy, tokens, now } = pair({ patience: 20 })
  const { token: { id } } = await personal(tokens)
  const dying = desk({ store: mirrored(store, { publish: () => new Promise(() => undefined) }, { patience: 20, now }) })
  await dying.tokens.revoke(id, { by: ada })
  assert.equal(await revisionOf(copy, id), 1, 'not yet')
  assert.deepEqual(await mirrored(store, kv(space), { now }).catchUp(), { published: 1, failed: [] })
  assert.equal(await revisionOf(copy, id), 2)
})

/** A store or a copy as a process uses it that dies after so many calls; `beside` runs before one of them. */
function dying(steps, at, beside) {
  let calls = 0
  return (target) => new Proxy(target, {
    get: (_, name) => typeof target[name] !== 'function' ? target[name] : async (...all) => {
      calls += 1
      if (calls === at) await beside()
      if (calls > steps) throw new StoreError('the process is dead')
      const found = await target[name](...all)
      // The answer of its last call does not reach it.
      if (calls >= steps) throw new StoreError('the process is dead')
      return found
    },
  })
}

for (const [what, use] of Object.entries({
  'a command': async (mirror, id) => void (await desk({ store: mirror }).tokens.lock(id, { by: admin })),
  'a touch': (mirror, id) => mirror.touch(id, 1, { lastUsedAt: '2026-11-22T12:00:00.000Z' }),
})) {
  test(`TRU-02 a process that dies after any step of ${what}, beside a revocation, leaves no copy behind the store`, async () => {
    const LAST = 12
    for (let steps = 1; steps <= LAST; steps += 1) {
      for (let at = 1; at <= steps; at += 1) {
        const { tokens, store, space, copy, mirror, now } = pair({ patience: 20 })
        const { token: { id } } = await personal(tokens)
        const shown = await space.get(`portcullis:${id}`)
        // This location of KV goes on reading what it read.
        const location = { put: space.put, get: async () => shown }
        const last = dying(steps, at, () => tokens.revoke(id, { by: ada }))
        await use(mirrored(last(store), kv(last(location)), { patience: 20, now }), id).catch(() => undefined)
        await mirror.catchUp()
        const [stored, read] = [await store.get(id), JSON.parse(await copy.get(id))]
        assert.deepEqual(read.revoked, stored.revoked, `dead after step ${steps}, revoked before step ${at}`)
        assert.deepEqual(await store.outbox(10), [])
      }
    }
  })
}

test('TRU-02 a write of a dead publisher that arrives after others published leaves no copy behind the store', async () => {
  let now = Date.now()
  const { tokens, store, space, copy, mirror } = pair({ now: () => now })
  const { token: { id } } = await personal(tokens)
  const shown = await space.get(`portcullis:${id}`)
  let arrive
  const location = { get: async () => shown, put: (...all) => ((arrive = () => space.put(...all)), new Promise(() => undefined)) }
  const dying = mirrored(store, kv(location), { patience: 20, now: () => now })
  await dying.touch(id, 1, { lastUsedAt: '2026-11-22T12:00:00.000Z' })
  await tokens.revoke(id, { by: ada })
  assert.equal((await mirror.catchUp()).published, 1)
  await arrive()
  assert.equal(JSON.parse(await copy.get(id)).revoked, undefined, 'the write arrived last')
  now += 120_000
  assert.equal((await mirror.catchUp()).published, 1)
  assert.equal(JSON.parse(await copy.get(id)).revoked.by, 'ada')
  assert.deepEqual(await store.outbox(10), [])
})

test('STO-03 a late publisher reads the store again, so the newest record stays', async () => {
  const { store, space, copy, tokens } = pair()
  const { token: { id } } = await personal(tokens)
  // A first publisher hangs in its write, of a revision that is soon out of date.
  const { put } = space
  let release
  space.put = (...all) => new Promise((done) => (release = () => done(put(...all))))
  const late = tokens.lock(id, { by: admin })
  while (release === undefined) await wait(1)
  const released = release
  space.put = put
  await desk({ store: mirrored(store, copy) }).tokens.revoke(id, { by: ada })
  assert.equal(await revisionOf(copy, id), 3)
  released()
  await late
  assert.equal(await revisionOf(copy, id), 3)
})

test('STO-03 many publishers on a slow, forgetful copy end with the newest record', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { store, space } = pair()
    const slow = (work) => async (...all) => (await wait(Math.random() * 4), work(...all))
    const cached = new Map()
    const lagging = () => ({
      put: slow(space.put),
      get: async (key) => {
        if (!cached.has(key) || Math.random() < 0.5) cached.set(key, await space.get(key))
        return cached.get(key)
      },
    })
    const { tokens } = desk({ store: mirrored(store, kv(space)) })
    const { token: { id } } = await personal(tokens)
    await Promise.all(Array.from({ length: 8 }, async (_, number) => {
      const { tokens } = desk({ store: mirrored(store, kv(lagging())) })
      await wait(Math.random() * 4)
      await tokens.edit(id, { description: `${number}` }, { by: ada }).catch(({ code }) => assert.equal(code, 'conflict'))
    }))
    const [shown] = [...space.entries.values()]
    assert.equal(JSON.parse(shown).revision, (await store.get(id)).revision)
    assert.deepEqual(await store.outbox(10), [])
  }
})

test('a new copy is filled, tenant by tenant', async () => {
  const { store, copy, mirror, space } = pair()
  const { tokens } = desk({ store })
  const ids = []
  for (let number = 0; number < 5; number += 1) ids.push((await personal(tokens, { name: `${number}` })).token.id)
  const other = (await personal(tokens, {}, { by: { ...ada, tenant: 'acme' } })).token.id
  assert.equal(space.entries.size, 0)
  const first = await mirror.fill({ limit: 3 })
  assert.deepEqual([first.published, first.failed, space.entries.size], [3, [], 3])
  assert.deepEqual(await mirror.fill({ limit: 3, after: first.next }), { published: 2, failed: [], next: null })
  for (const id of ids) assert.deepEqual(JSON.parse(await copy.get(id)), await store.get(id))
  assert.equal(await copy.get(other), null)
  space.put = () => Promise.reject(new Error('down'))
  assert.deepEqual(await mirror.fill({ tenant: 'acme' }), { published: 0, failed: [{ token: other, message: 'The KV copy failed' }], next: null })
  await assert.rejects(mirror.fill({ limit: 0 }), TypeError)
})

test('notices are found behind any number of marks, and marks behind notices', async () => {
  const { store, space, mirror } = pair({ patience: 1 })
  space.put = () => Promise.reject(new Error('down'))
  const made = (key, notice) => ({ key, notice, group: [], tenant: null, owner: 'ada', token: `t${key}`, kind: 'personal', at: '2026-11-22T12:00:00.000Z' })
  const notices = Array.from({ length: 250 }, (_, number) => made(`${number}`, 'mirror'))
  await store.commit({ writes: [], tombstone: null, guards: [], claims: [], releases: [], events: [], notices: [...notices, made('mail', 'expired')] })
  assert.deepEqual((await mirror.outbox(1)).map(({ key }) => key), ['mail'])
  assert.equal((await mirror.catchUp({ limit: 7 })).published, 7)
  assert.equal((await mirror.catchUp()).published, 243)
  assert.deepEqual((await store.outbox(10)).map(({ key }) => key), ['mail'])
})

test('wrong arguments are refused when the store is created', () => {
  assert.throws(() => mirrored(undefined, kv(namespace())), TypeError)
  assert.throws(() => mirrored(memory(), null), /env\.TOKENS/)
  assert.throws(() => mirrored(memory(), kv(namespace()), { patience: 0 }), TypeError)
})
