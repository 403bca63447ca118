import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import vm from 'node:vm'

import * as engine from '../../dist/module/engine.js'
import { Gate, Policy } from 'portcullis'
import { document, NOW, policy, request, token } from '../support/acme.mjs'
import { breakNext } from '../support/traps.mjs'

// In the gate a tenth of what `cargo xtask prove` runs.
const { PORTCULLIS_CALLS = '100000' } = process.env
const CALLS = Number(PORTCULLIS_CALLS)

setFlagsFromString('--expose-gc')
const gc = vm.runInNewContext('gc')
const settled = async () => {
  // What became garbage is told after a turn of the loop, and what that freed is garbage in the next one.
  for (let turn = 0; turn < 5; turn++) {
    gc()
    await new Promise((done) => setTimeout(done, 5))
  }
}

const dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose')
const ada = token()
const opened = policy.open(ada.record)
const there = { method: 'GET', target: '/v3/licenses', authorization: ada.bearer }
const decide = () => policy.decide(there, { token: opened, now: NOW })
const size = () => engine.instance().exports.memory.buffer.byteLength
const within = (now, before, what) => assert.ok(now <= before * 1.1, `${what}: ${before} before, ${now} now`)

test('WSM-02 when one of a hundred calls traps, no instance and no memory leaks', async () => {
  const instances = []
  const round = (calls) => {
    for (let call = 0; call < calls; call++) {
      const broken = call % 100 === 99
      if (broken) {
        instances.push(new WeakRef(engine.instance()))
        breakNext('decide')
      }
      assert.equal(decide().reason, broken ? 'module_failed' : null)
    }
  }
  round(CALLS)
  await settled()
  const [before, rss] = [size(), process.memoryUsage.rss()]
  round(CALLS)
  await settled()
  assert.equal(size(), before)
  within(process.memoryUsage.rss(), rss, 'resident memory')
  const alive = instances.filter((instance) => instance.deref() !== undefined).length
  assert.ok(alive <= 2, `${alive} instances of ${instances.length} are alive`)
})

test('WSM-03 mixed calls leak no memory; after a large document the instance is replaced', async () => {
  const asks = [
    () => decide().allow,
    () => policy.identify(there) === ada.id,
    () => policy.decide({ method: 'GET', target: '/nowhere' }, { token: null, now: NOW }).reason === 'missing',
    () => policy.decide({ ...there, tenant: 'Müller' }, { token: opened, now: NOW }).reason === 'wrong_tenant',
    () => decide().details.owner === 'ada',
    () => (policy.open(ada.record)[dispose](), true),
    () => policy.mint('personal').id.length === 16,
  ]
  const round = (calls) => {
    for (let call = 0; call < calls; call++) assert.ok(asks[call % 16 < asks.length ? call % 16 : 0](), `call ${call}`)
  }
  round(CALLS)
  const before = size()
  round(CALLS)
  // A place in the module is given up after 4,095 uses, so the table of places grows a little over the years.
  assert.ok(size() <= before + 65_536, `${before} before, ${size()} now`)

  const routes = Array.from({ length: 75_000 }, (_, index) => ({ on: `GET /r${index}/{id}/x`, needs: 'license:read' }))
  new Policy({ ...document, routes })[dispose]()
  assert.ok(size() > 64 * 2 ** 20, `only ${size()}`)
  assert.equal(decide().allow, true)
  assert.ok(size() <= 2 * before, `${size()} after, ${before} before`)
})

test('WSM-03 an instance that is large because many documents are open is not replaced repeatedly', () => {
  const routes = Array.from({ length: 60_000 }, (_, index) => ({ on: `GET /r${index}/{id}/x`, needs: 'license:read' }))
  const wide = new Policy({ ...document, routes })
  const made = token({}, wide)
  const record = wide.open(made.record)
  const attempt = { method: 'GET', target: '/r7/1/x', authorization: made.bearer }
  const generations = new Set()
  for (let call = 0; call < 50; call++) {
    assert.equal(wide.decide(attempt, { token: record, now: NOW }).allow, true)
    generations.add(engine.generation)
  }
  assert.ok(generations.size <= 4, `${generations.size} instances`)
  wide[dispose]()
})

test('documents that are not disposed of are closed when garbage-collected', async () => {
  const forget = (count) => {
    for (let index = 0; index < count; index++) policy.open(ada.record)
  }
  for (let warm = 0; warm < 3; warm++) {
    forget(2000)
    await settled()
  }
  const before = size()
  for (let round = 0; round < 20; round++) {
    forget(2000)
    await settled()
  }
  // 40,000 records that stayed open would be some 80 MB.
  within(size(), before, 'memory of the instance')
})

test('a disposed document is closed at once, and opens again on next use', () => {
  const round = (times) => {
    let last
    for (let time = 0; time < times; time++) {
      last = policy.open(ada.record)
      last[dispose]()
    }
    return last
  }
  round(1000)
  const before = size()
  const closed = round(20_000)
  assert.equal(size(), before)
  assert.equal(policy.decide(there, { token: closed, now: NOW }).allow, true)
  closed[dispose]()
})

test('WSM-01 a stack overflow never allows, and the next call is right', async () => {
  const denied = { ...there, method: 'DELETE', target: '/v3/account' }
  const seen = new Set()
  const ask = () => policy.decide(denied, { token: opened, now: NOW })
  const deep = () => {
    try {
      return deep()
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      const decision = ask()
      assert.equal(decision.allow, false)
      seen.add(decision.reason)
      return decision
    }
  }
  for (let round = 0; round < 100; round++) {
    assert.equal(deep().allow, false)
    assert.equal(decide().reason, null)
    assert.equal(ask().reason, 'insufficient_scope')
  }
  assert.ok([...seen].every((reason) => reason === 'insufficient_scope' || reason === 'module_failed'), [...seen].join())
})

test('WSM-01 exhausted memory never allows, and the next call is right', async () => {
  const gate = new Gate({ policy, tokens: () => ({ ...ada.record, name: 'x'.repeat(200_000) }), now: () => NOW })
  for (let round = 0; round < 3; round++) {
    const { memory } = engine.instance().exports
    // As much as a module may have; it is never touched, so the system never hands it out.
    memory.grow(65_536 - memory.buffer.byteLength / 65_536)
    const before = engine.generation
    const long = { v: 1, names: Array.from({ length: 20_000 }, () => 'some more text that has to stand somewhere') }
    for (let tries = 0; tries < 50 && engine.generation === before; tries++) {
      try {
        policy.open(long)
      } catch (error) {
        assert.equal(error.code, 'module_failed')
      }
    }
    assert.equal((await gate.check(request('/v3/account', ada))).allow, false)
    assert.equal(decide().allow, true)
    assert.ok(size() < 64 * 2 ** 20)
  }
})

test('CST-06 opening records and policies in a loop that never yields: memory is bounded', () => {
  // No turn of the event loop in here, so no finalizer runs.
  const text = JSON.stringify(ada.record)
  const open = (count) => {
    for (let number = 0; number < count; number++) policy.open(text)
    return [size(), engine.instance()]
  }
  const [before, instance] = open(20_000)
  const [now, same] = open(CALLS)
  assert.equal(same, instance)
  assert.ok(now <= before, `${before} bytes after 20,000 records, ${now} after ${CALLS} more`)
  const policies = JSON.stringify(document)
  const compile = (count) => {
    for (let number = 0; number < count; number++) void new Policy(policies)
    return size()
  }
  within(compile(CALLS / 10), compile(10_000), 'memory of the instance')
  assert.equal(decide().allow, true, 'what was opened long ago is opened again')
})

test('CST-06 a document that was closed for others is opened again with its owner and its record', () => {
  const tokens = Array.from({ length: 12_000 }, () => policy.open(ada.record))
  assert.ok(tokens.every((each) => policy.decide(there, { token: each, now: NOW }).allow))
  const subjects = Array.from({ length: 100 }, () => policy.subject({ id: 'ada', active: true, grants: ['license:*'] }))
  assert.ok(tokens.slice(0, 100).every((each, place) => policy.decide(there, { token: each, subject: subjects[place], now: NOW }).allow))
})
