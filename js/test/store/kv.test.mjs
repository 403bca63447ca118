// The read copy in KV: workerd's, and others that fail on demand.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { Gate, PortcullisError, StoreError, Tokens } from 'portcullis'
import { conformCopy } from 'portcullis/conformance'
import { kv } from 'portcullis/kv'
import { memory } from 'portcullis/memory'

import { startWorkerd } from '../../package/workerd.mjs'
import { document, policy, request, token } from '../support/acme.mjs'
import { namespace } from './edge/namespace.mjs'

let worker
before(async () => (worker = await startWorkerd(fileURLToPath(new URL('./edge/conformance-worker.mjs', import.meta.url)), { more: { d1Databases: ['DB'] } })))
after(() => worker.dispose())

test('the copy in KV conforms, inside workerd', async () => {
  const { checks, failures } = await (await worker.dispatchFetch('http://localhost/kv')).json()
  assert.deepEqual(failures, [])
  assert.ok(checks.length > 5)
})

test('the copy conforms on a plain in-memory map', async () => {
  assert.deepEqual((await conformCopy(() => kv(namespace()))).failures, [])
})

/** A copy that does one thing wrong: what it does instead, given a good one. */
const BROKEN = {
  'shows whatever came last': { fails: 'STO-03', with: (_, space) => ({ publish: async (record) => (await space.put(`portcullis:${encodeURIComponent(record.id)}`, JSON.stringify(record)), true) }) },
  'says that it showed what it did not': { fails: 'STO-03', with: (copy) => ({ publish: async (record) => (await copy.publish(record), true) }) },
  'looks at revisions alone': {
    fails: 'TIM-06',
    with: (copy) => {
      const shown = new Map()
      return {
        publish: async (record) => {
          if (shown.get(record.id) === record.revision) return false
          shown.set(record.id, record.revision)
          return copy.publish(record)
        },
      }
    },
  },
  'forgets that a token is gone': { fails: 'LIF-02', with: (_, space) => ({ retract: async (id) => (space.entries.delete(`portcullis:${id}`), true) }) },
  'looks away from case': {
    fails: 'STO-07',
    with: (copy) => ({ get: (id) => copy.get(id.toLowerCase()), publish: (record) => copy.publish({ ...record, id: record.id.toLowerCase() }) }),
  },
  'drops fields that it does not know': { fails: 'STO-04', with: (copy) => ({ publish: ({ unknown, ...record }) => copy.publish(record) }) },
  'hands out what it holds': {
    fails: 'what is shown cannot be changed',
    with: (copy) => {
      const held = new Map()
      return {
        get: async (id) => {
          const text = await copy.get(id)
          if (text !== null && !held.has(id)) held.set(id, JSON.parse(text))
          return text === null ? null : held.get(id)
        },
      }
    },
  },
  'takes commands': { fails: 'STO-06', with: (copy) => ({ commit: async ({ writes: [{ record }] }) => (await copy.publish(record), { outcome: 'committed' }) }) },
  throws: { fails: 'a copy that was shown nothing', with: () => ({ get: () => { throw new Error('no connection') } }) },
  'never answers': { fails: 'STO-04', with: () => ({ publish: () => new Promise(() => undefined) }) },
}

for (const [wrong, { fails, with: instead }] of Object.entries(BROKEN)) {
  test(`STO-02 a copy that ${wrong} fails the conformance suite`, async () => {
    const report = await conformCopy(() => {
      const space = namespace()
      const copy = kv(space)
      const methods = { get: (id) => copy.get(id), publish: (record) => copy.publish(record), retract: (id, revision) => copy.retract(id, revision), commit: () => copy.commit() }
      return { ...methods, ...instead(copy, space) }
    }, { timeout: 200 })
    assert.equal(report.conforms, false)
    assert.ok(report.failures.some((failure) => failure.startsWith(fails)), report.failures.join('\n'))
  })
}

test('STO-06 commands on a copy are refused at once, with the reason', async () => {
  const copy = kv(namespace())
  const isRefusal = (error) => error instanceof PortcullisError && error.code === 'read_copy' && /cannot compare and set/.test(error.message)
  assert.throws(() => new Tokens({ policy: document, store: copy }), isRefusal)
  for (const method of ['commit', 'list', 'due', 'event', 'trail', 'tombstone', 'outbox', 'acknowledge']) {
    await assert.rejects(copy[method]({}), isRefusal, method)
  }
  assert.equal(copy.touch, undefined, 'a gate writes uses to the store')
  assert.doesNotThrow(() => new Tokens({ policy: document, store: memory() }))
})

test('STO-01 STO-03 a gate denies if its copy fails, lags or contains garbage', async () => {
  const made = token()
  const space = namespace()
  const gate = new Gate({ policy, tokens: kv(space), timeout: 30, now: () => Date.parse('2026-11-21T12:00:00Z') })
  const ask = async () => {
    const { allow, reason } = await gate.check(request('/v3/licenses/42', made))
    return allow || reason
  }
  assert.equal(await ask(), 'unknown')
  await kv(space).publish(made.record)
  assert.equal(await ask(), true)
  const { get } = space
  const instead = async (method, wanted) => {
    space.get = method
    assert.equal(await ask(), wanted)
  }
  await instead(() => { throw new Error('down') }, 'store_unavailable')
  await instead(() => Promise.reject(new Error('503')), 'store_unavailable')
  await instead(() => new Promise(() => undefined), 'store_unavailable')
  for (const garbage of ['', '{', '[]', 'null', '{"v":1}', 'deleted', '{"deleted":1}']) await instead(async () => garbage, 'corrupt_record')
  await instead((key) => new Promise((done) => setTimeout(() => done(get.call(space, key)), 10)), true)
  space.get = get
  await kv(space).publish({ ...made.record, revision: 5 })
  assert.equal(await ask(), true)
  await instead(async () => JSON.stringify({ ...made.record, revision: 4 }), 'store_unavailable')
  space.get = get
  await kv(space).retract(made.id, 6)
  assert.equal(await ask(), 'unknown')
})

test('STO-07 a shared namespace: values under a bare id or another prefix are not records', async () => {
  const made = token()
  const space = namespace()
  await space.put(made.id, JSON.stringify(made.record))
  await space.put(`portcullis${made.id}`, JSON.stringify(made.record))
  assert.equal(await kv(space).get(made.id), null)
  await kv(space, { prefix: 'a' }).publish({ ...made.record, id: 'b:c' })
  assert.equal(await kv(space, { prefix: 'a.b' }).get('c'), null)
  assert.notEqual(await kv(space, { prefix: 'a' }).get('b:c'), null)
  assert.equal([...space.entries.keys()].at(-1), 'a:b%3Ac')
  for (const prefix of ['', 'a:b', 'a/b', 'x'.repeat(65), 7]) assert.throws(() => kv(space, { prefix }), TypeError)
})

test('an id that makes no valid key is not found and not published', async () => {
  const { record } = token()
  const copy = kv(namespace())
  assert.equal(await copy.get('x'.repeat(1000)), null)
  await assert.rejects(copy.publish({ ...record, id: 'x'.repeat(1000) }), (error) => error instanceof StoreError && /512 bytes/.test(error.message))
  await assert.rejects(copy.get('\ud800'), TypeError)
  await assert.rejects(copy.get(7), TypeError)
})

test('unreadable values are overwritten; cacheTtl sets how long a location caches', async () => {
  const { id, record } = token()
  const space = namespace()
  await space.put(`portcullis:${id}`, 'garbage')
  const asked = []
  const copy = kv({ put: (...all) => space.put(...all), get: (...all) => (asked.push(all[1]), space.get(...all)) }, { cacheTtl: 30 })
  assert.equal(await copy.publish(record), true)
  assert.deepEqual(JSON.parse(await copy.get(id)), record)
  assert.deepEqual(asked, Array(2).fill({ type: 'text', cacheTtl: 30 }))
  for (const cacheTtl of [29, 30.5, '60']) assert.throws(() => kv(space, { cacheTtl }), TypeError)
  assert.throws(() => kv(undefined), /env\.TOKENS/)
  assert.throws(() => kv({ get: () => null }), /put/)
})
