import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Gate, Policy } from 'portcullis'

import { document, NOW, policy, request, store, token } from '../support/acme.mjs'

const ada = token()
const nodeRequest = (path, bearer) => ({ method: 'GET', url: path, headers: { authorization: bearer }, rawHeaders: ['Authorization', bearer], socket: { remoteAddress: '192.0.2.1' } })

/** Runs with these properties on a prototype, and takes them off again whatever happens. */
async function polluted(prototype, properties, work) {
  const before = new Map(Object.keys(properties).map((name) => [name, Object.getOwnPropertyDescriptor(prototype, name)]))
  for (const [name, value] of Object.entries(properties)) {
    Object.defineProperty(prototype, name, { value, configurable: true, writable: true, enumerable: true })
  }
  try {
    return await work()
  } finally {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) delete prototype[name]
      else Object.defineProperty(prototype, name, descriptor)
    }
  }
}

/** The answers that must not change: one of each sort. */
async function answers(make = () => new Gate({ policy, tokens: store(ada).read, now: () => NOW }), whole = true) {
  const gate = make()
  const reasons = []
  const bad = ada.bearer.slice(0, -1) + (ada.bearer.endsWith('a') ? 'b' : 'a')
  for (const [path, bearer] of [['/v3/licenses/42', ada.bearer], ['/v3/account', ada.bearer], ['/nowhere', ada.bearer], ['/v3/licenses', bad], ['/v3/../me', ada.bearer]]) {
    const decision = await gate.check(nodeRequest(path, bearer))
    reasons[reasons.length] = [decision.allow, decision.reason, decision.status]
  }
  if (!whole) return reasons
  const fetched = await gate.check(account)
  return [...reasons, fetched.allow, fetched.response().status, await fetched.response().text()]
}

const account = request('/v3/account', ada)
const expected = await answers()

test('JSS-01 documents with traps: each field is read once, nothing is polluted, toJSON is not called', async () => {
  const reads = new Map()
  const spied = (target) => new Proxy(target, {
    get: (object, name) => {
      if (typeof name === 'string') reads.set(name, (reads.get(name) ?? 0) + 1)
      return Reflect.get(object, name)
    },
  })
  const gate = new Gate({ policy, tokens: () => spied(ada.record), now: () => NOW })
  assert.equal((await gate.check(request('/v3/licenses', ada))).allow, true)
  assert.equal(reads.get('grants'), 1)
  assert.equal(reads.get('revision'), 1)
  // Whether it is a promise has to be asked.
  reads.delete('then')
  assert.ok([...reads.values()].every((count) => count === 1), JSON.stringify([...reads]))

  let first = true
  const turning = { ...ada.record, get grants() { return first ? ((first = false), []) : ['*:*'] } }
  const turned = new Gate({ policy, tokens: () => turning, now: () => NOW })
  assert.equal((await turned.check(request('/v3/licenses', ada))).reason, 'insufficient_scope')

  const jsoned = { ...ada.record, grants: [], toJSON: undefined }
  Object.defineProperty(jsoned, 'toJSON', { value: () => ada.record, enumerable: false })
  const plain = new Gate({ policy, tokens: () => jsoned, now: () => NOW })
  assert.equal((await plain.check(request('/v3/licenses', ada))).reason, 'insufficient_scope')

  for (const name of ['__proto__', 'constructor', 'prototype']) {
    const text = `{"${name}":{"allow":true,"grants":["*:*"]},${JSON.stringify({ ...ada.record, grants: [] }).slice(1)}`
    for (const form of [text, JSON.parse(text)]) {
      const one = new Gate({ policy, tokens: () => form, now: () => NOW })
      assert.equal((await one.check(request('/v3/licenses', ada))).allow, false, name)
    }
    assert.throws(() => new Policy(JSON.parse(`{"${name}":{},${JSON.stringify(document).slice(1)}`)), { code: 'invalid_policy' })
  }
  assert.equal({}.allow, undefined)
  assert.equal({}.grants, undefined)
})

test('JSS-02 a polluted Object.prototype changes no answer', async () => {
  const pollution = {
    allow: true, reason: null, status: 200, wouldDeny: null, verdict: 0, enforce: false, needs: 'license:read', tenant: 'acme', application: 'x',
    ip: '10.0.0.1', header: ada.plaintext, method: 'GET', target: '/ping', url: '/ping', originalUrl: '/ping', authorization: ada.bearer,
    trustedProxies: 1, clientIp: () => '10.0.0.1', subject: () => ({}), cache: true, maxStaleness: 1e9, realm: 'evil', revision: 99, at: 0, until: 1e15,
    token: 'unavailable', now: 0, params: {}, grants: ['*:*'], open: true, opened: true, kept: {}, waitUntil: () => undefined, observe: () => undefined,
  }
  for (const [name, value] of Object.entries(pollution)) {
    assert.deepEqual(await polluted(Object.prototype, { [name]: value }, () => answers()), expected, name)
  }
})

test('JSS-02 a polluted Object.prototype changes no direct decision', async () => {
  const [mine, other] = [policy.open(ada.record), policy.subject({ id: 'ada', active: true, grants: ['*:*'] })]
  const ask = () => {
    const { bearer: authorization } = ada
    const facts = { token: mine, now: NOW }
    const account = { method: 'GET', target: '/v3/account', authorization }
    const direct = { needs: 'account:read', authorization }
    const decisions = [[account, facts], [{ method: 'GET', target: '/v3/account' }, { token: null, now: NOW }], [direct, facts]].map(([attempt, facts]) => policy.decide(attempt, facts).reason)
    return [...decisions, policy.identify(account), policy.identify(direct), JSON.stringify(policy.explain(account, facts))]
  }
  const expected = ask()
  const pollution = { needs: 'license:read', authorization: ada.bearer, header: ada.plaintext, tenant: 'x', application: 'x', ip: '10.0.0.1', method: 'GET', target: '/ping', subject: other, now: 0, token: null }
  for (const [name, value] of Object.entries(pollution)) {
    assert.deepEqual(await polluted(Object.prototype, { [name]: value }, ask), expected, name)
  }
})

test('JSS-02 a polluted Array.prototype changes no answer', async () => {
  const names = ['at', 'concat', 'every', 'fill', 'filter', 'find', 'flat', 'flatMap', 'forEach', 'includes', 'indexOf', 'join', 'map', 'pop', 'push', 'reduce', 'shift', 'slice', 'some', 'sort', 'splice', 'toSorted', 'unshift', 'with']
  const gate = new Gate({ policy, tokens: store(ada).read, now: () => NOW })
  for (const name of names) {
    const found = await polluted(Array.prototype, { [name]: () => true }, () => answers(() => gate, false))
    assert.deepEqual(found, expected.slice(0, found.length), name)
    assert.equal(found.length, 5)
  }
})

test('JSS-02 a patched JSON changes no answer', async () => {
  const patch = { parse: () => ({ allow: true, revision: 1, reason: null }), stringify: () => '{"allow":true}' }
  assert.deepEqual(await polluted(JSON, patch, () => answers()), expected)
})
