// Faults that only show where a policy, a store and a clock meet.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Gate, Policy } from 'portcullis'
import { memory } from 'portcullis/memory'

import { ada, admin, DAY, desk, document, HOUR, instead, personal, refused, START } from '../support/fixtures.mjs'

const asking = (gate, plaintext) => {
  const request = new Request('https://api.test/licenses/1', { headers: { authorization: `Bearer ${plaintext}` } })
  return gate.check(request).then(({ reason }) => reason)
}

test('LIF-02 a deleted token is unknown to everyone', async () => {
  const { tokens, store } = desk()
  const { token, plaintext } = await personal(tokens)
  await tokens.revoke(token.id, { by: ada })
  for (const given of ['unlock', 'lock', 'regenerate', 'extend']) {
    const code = await refused(tokens[given](token.id, { by: admin }))
    assert.equal(code, given === 'regenerate' ? 'not_allowed' : 'illegal_transition', given)
  }
  await tokens.delete(token.id, { by: ada })
  const gate = new Gate({ policy: tokens.policy, tokens: store, now: () => START })
  assert.equal(await asking(gate, plaintext), 'unknown')
  for (const given of ['lock', 'revoke', 'delete']) assert.equal(await refused(tokens[given](token.id, { by: admin })), 'unknown')
  assert.equal(await refused(tokens.find(token.id, { by: ada })), 'unknown')
})

test('LIF-07 an owner who leaves and comes back revives no token', async () => {
  const kinds = { ...document.kinds, mirror: { prefix: 'li_mir', subject: 'owner', may: { create: ['admin'], revoke: ['admin'] } } }
  const policy = new Policy({ ...document, kinds })
  const { tokens, store } = desk({ policy })
  const create = (kind, name) => tokens.create({ kind, name, owner: 'ada', grants: ['license:read'] }, { by: admin })
  const [one, two, robot] = [await create('mirror', 'one'), await create('mirror', 'two'), await create('service', 'robot')]
  let active = true
  const subject = (id) => ({ id, active, grants: ['license:*'] })
  const gate = new Gate({ policy, tokens: store, subject, now: () => START, cache: false })
  const reasons = async () => [await asking(gate, one.plaintext), await asking(gate, two.plaintext), await asking(gate, robot.plaintext)]
  assert.deepEqual(await reasons(), [null, null, null])
  active = false
  assert.deepEqual(await reasons(), ['suspended', 'suspended', null])
  await tokens.revoke(two.token.id, { by: admin })
  active = true
  assert.deepEqual(await reasons(), [null, 'revoked', null])
})

test('TIM-05 an expiry of null means never, and only if the kind allows it', async () => {
  const { tokens } = desk()
  assert.equal(await refused(personal(tokens, { expiresAt: null })), 'never_expires')
  const { token } = await personal(tokens, { expiresAt: undefined })
  assert.equal(token.expiresAt, new Date(START + 180 * DAY).toISOString())
  await assert.rejects(personal(tokens, { name: 'zero', expiresAt: 0 }))
  const never = { kind: 'service', name: 'robot', owner: 'ada', grants: ['license:read'], expiresAt: null }
  assert.equal((await tokens.create(never, { by: admin })).token.expiresAt, null)
})

test('TIM-06 a clock that steps back extends nothing and breaks nothing', async () => {
  const { tokens, store, at } = desk()
  const { token, plaintext } = await personal(tokens)
  let now = START + DAY
  const gate = new Gate({ policy: tokens.policy, tokens: store, now: () => now })
  const used = async () => (await store.get(token.id)).lastUsedAt
  assert.equal(await asking(gate, plaintext), null)
  while ((await used()) === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
  const noted = await used()
  for (const back of [START + DAY - HOUR, START - 90_000, Date.parse('2000-01-01T00:00:00.000Z')]) {
    now = back
    at(back)
    const fresh = new Gate({ policy: tokens.policy, tokens: store, now: () => back })
    assert.equal(await asking(fresh, plaintext), null)
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(await used(), noted)
    assert.deepEqual((await tokens.sweep()).commands, {})
    const [row] = (await tokens.overview({}, { by: ada })).rows
    assert.deepEqual([row.ageDays, row.ageLevel, row.status], [0, 'fresh', 'active'])
  }
  await tokens.lock(token.id, { by: admin })
  assert.equal((await tokens.trail(token.id, { by: ada })).verified, true)
})

test('AUD-04 notices wait for a sink that is down and block no command', async () => {
  const store = memory()
  const { tokens, at } = desk({ store })
  const made = []
  for (let number = 0; number < 5; number += 1) made.push((await personal(tokens, { name: `n ${number}`, renewal: { every: '30d' } })).token)
  at(START + 30 * DAY)
  const { tokens: deaf } = desk({ store: instead(store, { outbox: async () => Promise.reject(new Error('down')) }) })
  await assert.rejects(deaf.outbox(), { name: 'StoreError' })
  for (let round = 0; round < 3; round += 1) {
    assert.deepEqual((await tokens.sweep()).failed, [])
    for (const { id } of made) {
      await tokens.lock(id, { by: admin })
      await tokens.unlock(id, { by: admin })
    }
  }
  const sent = new Set()
  for (let tries = 1; ; tries += 1) {
    const [notice] = await tokens.outbox({ limit: 1 })
    if (notice === undefined) break
    sent.add(notice.key)
    // At every third one it dies between sending and acknowledging.
    if (tries % 3 !== 0) await tokens.acknowledge([notice.key])
  }
  assert.equal(sent.size, made.length)
  for (const { id } of made) {
    const sequences = (await store.trail(id)).map(({ sequence }) => sequence)
    assert.deepEqual(sequences, sequences.map((_, place) => place + 1))
    assert.equal(sequences.length, 8)
  }
})

test('TOK-05 without randomness no token is created', async () => {
  const { tokens, store } = desk()
  const good = crypto.getRandomValues
  for (const bad of [(bytes) => bytes.fill(0), (bytes) => bytes.fill(7), () => { throw new Error('no entropy') }]) {
    Object.defineProperty(crypto, 'getRandomValues', { configurable: true, value: bad })
    try {
      await assert.rejects(personal(tokens, {}, { id: 'c1' }))
    } finally {
      delete crypto.getRandomValues
    }
  }
  assert.equal(crypto.getRandomValues, good)
  assert.deepEqual((await store.list({ limit: 10 })).records, [])
  const { plaintext } = await personal(tokens, {}, { id: 'c1' })
  assert.match(plaintext, /^li_pat_/)
})

test('AUD-02 a weak audit key is refused', () => {
  for (const auditKey of [new Uint8Array(0), new Uint8Array(15).fill(7)]) {
    assert.throws(() => desk({ auditKey }), { code: 'invalid_data', message: /at least 16 bytes/ })
  }
  desk({ auditKey: new Uint8Array(16).fill(7) })
})
