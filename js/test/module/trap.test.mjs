import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as engine from '../../dist/module/engine.js'
import { Gate } from 'portcullis'
import { NOW, policy, request, store, token } from '../support/acme.mjs'
import { breakNext } from '../support/traps.mjs'

const ada = token()
const opened = policy.open(ada.record)
const there = { method: 'GET', target: '/v3/licenses', authorization: ada.bearer }
const decide = () => policy.decide(there, { token: opened, now: NOW })

/** Overwrites the instance's memory, so that it truly fails by itself. */
function scramble() {
  new Uint8Array(engine.instance().exports.memory.buffer).fill(0xff, 1024)
}

test('WSM-01 a trap is the denial module_failed, and the next call is right', () => {
  const memory = engine.instance().exports.memory.buffer.byteLength
  for (let round = 0; round < 100; round++) {
    breakNext('decide')
    const denied = decide()
    assert.equal(denied.reason, 'module_failed')
    assert.equal(denied.status, 503)
    assert.equal(denied.cause.code, 'module_failed')
    assert.equal(denied.answer.body.code, 'temporarily_unavailable')
    assert.equal(decide().allow, true)
    assert.equal(decide().details.owner, 'ada')
  }
  assert.ok(engine.instance().exports.memory.buffer.byteLength <= 2 * memory)
})

test('WSM-01 memory that makes no sense is never an allow, and the next call is right', () => {
  for (let round = 0; round < 10; round++) {
    assert.equal(decide().allow, true)
    scramble()
    const denied = decide()
    assert.equal(denied.allow, false)
    assert.equal(denied.response().status, 503)
    assert.equal(decide().allow, true)
  }
})

test('a decision made before a trap still has its details after it', () => {
  const decision = decide()
  breakNext('decide')
  decide()
  assert.equal(decision.details.owner, 'ada')
})

test('an identify that traps is a denial', async () => {
  breakNext('identify')
  assert.equal(policy.identify(there).reason, 'module_failed')
  const gate = new Gate({ policy, tokens: store(ada).read, now: () => NOW })
  breakNext('identify')
  assert.equal((await gate.check(request('/v3/licenses', ada))).reason, 'module_failed')
  assert.equal((await gate.check(request('/v3/licenses', ada))).allow, true)
})

test('the denial of a failed module has the form of every other', () => {
  breakNext('decide')
  const failed = decide()
  const other = policy.decide(there, { token: 'unavailable', now: NOW })
  for (const level of ['public', 'holder', 'operator']) {
    const [mine, its] = [failed, other].map((decision) => JSON.parse(decision.text(level)))
    assert.deepEqual(Object.keys(mine), Object.keys(its))
    assert.deepEqual(mine.answer, its.answer)
  }
})

test('WSM-03 memory stays what it is over many calls', () => {
  const gone = () => policy.open(ada.record)[Symbol.dispose]()
  for (let warm = 0; warm < 1000; warm++) gone()
  const before = engine.instance().exports.memory.buffer.byteLength
  for (let round = 0; round < 50_000; round++) {
    gone()
    decide()
  }
  assert.equal(engine.instance().exports.memory.buffer.byteLength, before)
})

test('WSM-03 memory stays what it is while records and owners change with every request', async () => {
  const svc = token({ kind: 'service' })
  let count = 0
  const gate = new Gate({
    policy,
    tokens: () => ({ ...svc.record, revision: ++count }),
    subject: () => ({ id: 'ada', active: true, grants: ['license:*', ...Array(count % 7).fill('account:read')] }),
    now: () => NOW,
  })
  const check = async () => assert.equal((await gate.check(request('/v3/licenses', svc))).allow, true)
  for (let warm = 0; warm < 500; warm++) await check()
  const before = engine.instance().exports.memory.buffer.byteLength
  for (let round = 0; round < 5000; round++) await check()
  assert.equal(engine.instance().exports.memory.buffer.byteLength, before)
})
