import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

import { memory } from 'portcullis/memory'
import { sqlite } from 'portcullis/sqlite'

import { ada, admin, DAY, desk, HOUR, instead, MINUTE, personal, refused, START } from '../support/fixtures.mjs'
import { offered, offering, renewal } from './renewal-fixtures.mjs'

const folder = mkdtempSync(join(tmpdir(), 'portcullis-'))
after(() => rmSync(folder, { recursive: true }))
let files = 0
const file = () => join(folder, `${(files += 1)}.db`)

test('an offer of renewal is made when it is due, with a key that works once and for two hours', async () => {
  for (const [late, wanted] of [[2 * HOUR - 1, null], [2 * HOUR, 'key_expired'], [2 * HOUR + 1, 'key_expired']]) {
    const { tokens, pass, plaintext, key, offer } = await offering()
    assert.deepEqual([offer.callback, offer.token.length], [renewal.callback, 16])
    pass(late)
    assert.equal(await refused(tokens.redeem({ plaintext, key })), wanted)
    if (wanted === null) assert.equal(await refused(tokens.redeem({ plaintext, key })), 'already_redeemed')
  }
})

test('ROT-01 of 2, 8 and 64 redemptions of one key, one succeeds', async () => {
  for (const make of [memory, () => sqlite(file())]) {
    for (const [parallel, rounds] of [[2, 5], [8, 5], [64, 2]]) {
      for (let round = 0; round < rounds; round += 1) {
        const store = make()
        const { tokens, plaintext, key, id } = await offering({ store })
        const outcomes = await Promise.all(Array.from({ length: parallel }, () => refused(tokens.redeem({ plaintext, key }))))
        assert.equal(outcomes.filter((code) => code === null).length, 1, String(outcomes))
        assert.ok(outcomes.every((code) => [null, 'already_redeemed', 'conflict'].includes(code)), String(outcomes))
        const events = (await store.trail(id)).filter(({ event }) => event === 'renewalRedeemed')
        assert.equal(events.length, 1)
        await store.close?.()
      }
    }
  }
})

test('SEA-13 an offer is redeemed from where the token may be used', async () => {
  const bound = { applications: ['erp'], networks: { allow: ['10.0.0.0/8'] } }
  const { tokens, plaintext, key } = await offering({}, bound)
  const here = { application: 'erp', ip: '10.1.2.3' }
  for (const [from, wanted] of [
    [undefined, 'network_not_allowed'],
    [{ ...here, ip: '192.0.2.1' }, 'network_not_allowed'],
    [{ ...here, application: 'crm' }, 'wrong_application'],
    [{ ...here, tenant: 't2' }, 'wrong_secret'],
    [here, null],
  ]) {
    assert.equal(await refused(tokens.redeem({ plaintext, key }, from)), wanted)
  }
})

test('ROT-06 after a lost reply the same command is repeated, and the old secret can start again', async () => {
  const { tokens, pass, plaintext, key } = await offering()
  await tokens.redeem({ plaintext, key }, { id: 'redeem-1' })
  const again = await tokens.redeem({ plaintext, key }, { id: 'redeem-1' })
  assert.deepEqual([again.repeated, again.plaintext], [true, null])
  pass(22 * HOUR)
  const next = await offered(tokens)
  const redeemed = await tokens.redeem({ plaintext, key: next.secret })
  assert.ok(redeemed.plaintext)
})

test('ROT-05 redeeming with an old secret after its grace revokes the token, with a notice', async () => {
  const { tokens, store, pass, plaintext, key, id, now, made } = await offering()
  const { plaintext: fresh } = await tokens.redeem({ plaintext, key })
  const used = new Date(made.now + MINUTE).toISOString()
  await store.touch(id, (await store.get(id)).revision, { lastUsedAt: used, secretUsedAt: used })
  assert.equal(await refused(tokens.redeem({ plaintext, key })), 'rotated')
  pass(24 * HOUR)
  assert.ok(now < made.now)
  assert.equal(await refused(tokens.redeem({ plaintext, key })), 'reuse_detected')
  const record = await store.get(id)
  assert.equal(record.revoked.by, null)
  assert.ok((await tokens.outbox()).some(({ notice }) => notice === 'reuseDetected'))
  assert.equal(await refused(tokens.rotate({ plaintext: fresh })), 'illegal_transition')
})

test('GRO-05 a secret that leaked is told of once a day, however often it is tried, and stops nothing', async () => {
  const { tokens, store, plaintext, id, pass } = await offering()
  const { plaintext: fresh } = await tokens.rotate({ plaintext }, { leak: true })
  const told = async () => (await tokens.outbox({ limit: 1_000 })).filter(({ notice }) => notice === 'reuseDetected').length
  for (let tried = 0; tried < 200; tried += 1) assert.equal(await refused(tokens.rotate({ plaintext })), 'reuse_detected')
  assert.equal(await told(), 1)
  pass(DAY)
  assert.equal(await refused(tokens.rotate({ plaintext })), 'reuse_detected')
  assert.equal(await told(), 2)
  assert.equal((await store.get(id)).revoked ?? null, null)
  assert.ok((await tokens.rotate({ plaintext: fresh })).plaintext)
})

test('a refusal with a notice puts it into the outbox once', async () => {
  const { tokens, plaintext, key } = await offering()
  await tokens.redeem({ plaintext, key })
  await tokens.acknowledge((await tokens.outbox()).map(({ key }) => key))
  assert.equal(await refused(tokens.redeem({ plaintext, key })), 'already_redeemed')
  assert.equal(await refused(tokens.redeem({ plaintext, key })), 'already_redeemed')
  const notices = (await tokens.outbox()).filter(({ notice }) => notice === 'alreadyRedeemed')
  assert.equal(new Set(notices.map(({ key }) => key)).size, notices.length)
  assert.ok(notices.length >= 1)
})

test('a malformed token and an unknown one are refused alike', async () => {
  const { tokens, plaintext, key } = await offering()
  const { tokens: elsewhere } = desk()
  const flipped = plaintext.slice(0, -7) + (plaintext.at(-7) === 'a' ? 'b' : 'a') + plaintext.slice(-6)
  const refusals = []
  for (const [desk, wrong] of [[tokens, 'x'], [tokens, ''], [tokens, flipped], [elsewhere, plaintext]]) {
    const error = await desk.redeem({ plaintext: wrong, key }).catch((error) => error)
    refusals.push({ ...error, message: error.message })
  }
  for (const refusal of refusals) assert.deepEqual(refusal, refusals[0])
  assert.equal(refusals[0].code, 'wrong_secret')
  await assert.rejects(tokens.redeem({ plaintext: 42, key }), TypeError)
  await assert.rejects(tokens.rotate({}), TypeError)
})

test('ROT-10 a sweep executes what is due once, on several machines, even when late', async () => {
  const store = memory()
  const { tokens, pass, at } = desk({ store })
  const { tokens: node } = desk({ store, now: () => START + 35 * DAY })
  await personal(tokens, { idleAfter: '45d' })
  const first = await tokens.sweep()
  assert.deepEqual(first, { commands: {}, failed: [], next: null, done: true })
  at(START + 35 * DAY)
  const sweeps = await Promise.all([tokens.sweep(), node.sweep(), tokens.sweep()])
  const reminded = sweeps.reduce((sum, { commands }) => sum + (commands.remind ?? 0), 0)
  assert.equal(reminded, 1)
  assert.deepEqual(sweeps.flatMap(({ failed }) => failed), [])
  assert.equal((await tokens.outbox()).filter(({ notice }) => notice === 'idleSoon').length, 1)
  pass(HOUR)
  assert.deepEqual((await tokens.sweep()).commands, {})
})

test('a sweep continues after a failure', async () => {
  const { tokens, store, at } = desk()
  for (let number = 0; number < 5; number += 1) await personal(tokens, { name: `token ${number}` })
  at(START + 35 * DAY)
  const steps = []
  let next = null
  do {
    const step = await tokens.sweep({ limit: 2, after: next })
    steps.push(step.commands.remind ?? 0)
    next = step.next
    assert.equal(step.done, next === null)
  } while (next !== null)
  assert.deepEqual(steps, [2, 2, 1])
  assert.deepEqual((await store.due(new Date(START + 35 * DAY).toISOString(), 10)).records, [])
})

test('AUD-02 AUD-03 the trail of a token is complete, and every alteration is found', async () => {
  const store = memory()
  const { tokens } = desk({ store, auditKey: new Uint8Array(32).fill(7) })
  const { token } = await personal(tokens)
  await tokens.lock(token.id, { by: admin, reason: 'a\r\n{"event":"x"}\u001b[31m\u2028\u202e' })
  await tokens.unlock(token.id, { by: admin })
  const { events, verified, faults } = await tokens.trail(token.id, { by: ada })
  assert.deepEqual([events.length, verified, faults], [3, true, []])
  assert.deepEqual([events[1].actor.id, events[1].sequence, events[1].token], ['root', 2, token.id])
  assert.equal(events[1].reason, 'a\r\n{"event":"x"}\u001b[31m\u2028\u202e')
  for (const alter of [
    (trail) => trail.slice(0, 2),
    (trail) => [trail[0], trail[2]],
    (trail) => [trail[0], { ...trail[1], reason: 'none' }, trail[2]],
    (trail) => [trail[1], trail[0], trail[2]],
  ]) {
    const { tokens: other } = desk({
      store: instead(store, { trail: async (id) => alter(await store.trail(id)) }),
      auditKey: new Uint8Array(32).fill(7),
    })
    const { verified, faults } = await other.trail(token.id, { by: ada })
    assert.equal(verified, false)
    assert.ok(faults.length > 0)
  }
})

test('TRU-01 a record that something other than a command changed is found by its trail', async () => {
  const store = memory()
  const { tokens } = desk({ store })
  const { token } = await personal(tokens)
  const { tokens: other } = desk({ store: instead(store, { get: async (id) => ({ ...(await store.get(id)), name: 'altered' }) }) })
  assert.equal((await tokens.trail(token.id, { by: ada })).verified, true)
  const { verified, faults } = await other.trail(token.id, { by: ada })
  assert.deepEqual([verified, faults.map(({ code, field }) => [code, field])], [false, [['record_differs', 'name']]])
})

test('CST-03 a long trail is verified in parts', async () => {
  const { tokens } = desk()
  const { token } = await personal(tokens)
  for (let round = 0; round < 600; round += 1) await tokens.edit(token.id, { description: `${round}${'x'.repeat(1000)}` }, { by: ada })
  const { events, verified, faults } = await tokens.trail(token.id, { by: ada })
  assert.ok(JSON.stringify(events).length > 1_000_000)
  assert.deepEqual([events.length, verified, faults], [601, true, []])
})
