import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as engine from '../../dist/module/engine.js'
import { Gate, letters, Policy, replay, Tokens, verifyTrail } from 'portcullis'
import { memory } from 'portcullis/memory'
import { document, NOW, policy, request, token } from '../support/acme.mjs'

const VALUES = {
  undefined, null: null, true: true, number: 7, NaN, '2^53': 2 ** 53, bigint: 5n, symbol: Symbol('x'), text: 'x', 'lone surrogate': '\ud800',
  object: {}, array: [], function: () => undefined, Date: new Date(NOW), Map: new Map(), bytes: new Uint8Array(3),
}

const ada = token()
const opened = policy.open(ada.record)
const there = { method: 'GET', target: '/v3/licenses', authorization: ada.bearer }
const gate = new Gate({ policy, tokens: () => ada.record, now: () => NOW })
const store = memory()
const tokens = new Tokens({ policy, store, now: () => NOW })
const by = { id: 'ada' }
const fine = (...names) => new Set(names)
const ABSENT = ['undefined', 'null']
const TEXTS = ['text', 'lone surrogate']
/** Documents of any other form are the module's to refuse: it says where and why. */
const DOCUMENTS = ['text', 'object', 'array']

/** Each argument of each public function, with the values that may stand there; every other one is refused by name. */
const TABLE = {
  'new Policy(document)': [(value) => new Policy(value), fine()],
  'policy.open(record)': [(value) => policy.open(value), fine(...DOCUMENTS)],
  'policy.subject(document)': [(value) => policy.subject(value), fine()],
  'policy.mint(kind)': [(value) => policy.mint(value), fine()],
  'attempt.method': [(value) => policy.decide({ ...there, method: value }, { token: opened, now: NOW }), fine(...ABSENT, ...TEXTS)],
  'attempt.target': [(value) => policy.decide({ ...there, target: value }, { token: opened, now: NOW }), fine(...ABSENT, ...TEXTS)],
  'attempt.authorization': [(value) => policy.identify({ ...there, authorization: value }), fine(...ABSENT, ...TEXTS)],
  'attempt.header': [(value) => policy.identify({ ...there, header: value }), fine(...ABSENT, ...TEXTS)],
  'attempt.tenant': [(value) => policy.decide({ ...there, tenant: value }, { token: opened, now: NOW }), fine(...ABSENT, ...TEXTS)],
  'attempt.application': [(value) => policy.decide({ ...there, application: value }, { token: opened, now: NOW }), fine(...ABSENT, ...TEXTS)],
  'attempt.ip': [(value) => policy.explain({ ...there, ip: value }, { token: opened, now: NOW }), fine(...ABSENT, ...TEXTS)],
  'attempt.needs': [(value) => policy.decide({ needs: value, authorization: ada.bearer }, { token: opened, now: NOW }), fine(...ABSENT, ...TEXTS)],
  'facts.token': [(value) => policy.decide(there, { token: value, now: NOW }), fine('null')],
  'facts.subject': [(value) => policy.decide(there, { token: opened, subject: value, now: NOW }), fine(...ABSENT)],
  'facts.now': [(value) => policy.decide(there, { token: opened, now: value }), fine('undefined', 'Date')],
  'decision.text(level)': [(value) => policy.decide(there, { token: opened, now: NOW }).text(value), fine()],
  'policy.apply(request)': [(value) => policy.apply(value, { now: NOW }), fine()],
  'apply.entropy': [(value) => policy.apply({ record: null, command: {}, actor: null }, { now: NOW, entropy: value }), fine()],
  'apply.auditKey': [(value) => policy.preview({ record: null, command: {}, actor: null }, { now: NOW, auditKey: value }), fine()],
  'policy.due(record)': [(value) => policy.due(value, { now: NOW }), fine()],
  'policy.target(request)': [(value) => policy.target(value), fine()],
  'policy.overview(request)': [(value) => policy.overview(value, { now: NOW }), fine()],
  'policy.reach(request)': [(value) => policy.reach(value), fine()],
  'letters(notices)': [(value) => letters(value), fine('array')],
  'verifyTrail(trail)': [(value) => verifyTrail(value), fine()],
  'verifyTrail(_, auditKey)': [(value) => verifyTrail({ events: [], head: null, token: 'x' }, value), fine(...ABSENT)],
  'replay(request)': [(value) => replay(value), fine()],
  'new Gate(options)': [(value) => new Gate(value), fine()],
  'gate.policy': [(value) => new Gate({ policy: value, tokens: () => null }), fine()],
  'gate.tokens': [(value) => new Gate({ policy, tokens: value }), fine('function', 'Map')],
  'gate.realm': [(value) => new Gate({ policy: document, tokens: () => null, realm: value }), fine('undefined', 'text')],
  'gate.timeout': [(value) => new Gate({ policy, tokens: () => null, timeout: value }), fine('undefined', 'number')],
  'gate.maxStaleness': [(value) => new Gate({ policy, tokens: () => null, maxStaleness: value }), fine('undefined', 'number')],
  'gate.trustedProxies': [(value) => new Gate({ policy, tokens: () => null, trustedProxies: value }), fine('undefined', 'number', '2^53')],
  'gate.cache': [(value) => new Gate({ policy, tokens: () => null, cache: value }), fine('undefined', 'true', 'object', 'array', 'Date', 'Map', 'bytes')],
  'gate.touch': [(value) => new Gate({ policy, tokens: () => null, touch: value }), fine('undefined', 'function')],
  'gate.check(request)': [(value) => gate.check(value), fine()],
  'gate.authorize(request)': [(value) => gate.authorize(value), fine()],
  'gate.recheck(request)': [(value) => gate.recheck(value), fine()],
  'new Tokens(options)': [(value) => new Tokens(value), fine()],
  'tokens.store': [(value) => new Tokens({ policy, store: value }), fine()],
  'tokens.timeout': [(value) => new Tokens({ policy, store, timeout: value }), fine('undefined', 'number')],
  'tokens.auditKey': [(value) => new Tokens({ policy, store, auditKey: value }), fine(...ABSENT)],
  'tokens.create(fields)': [(value) => tokens.create(value, { by }), fine()],
  'tokens.create(_, given)': [(value) => tokens.create({ kind: 'personal', name: 'x' }, value), fine()],
  ...Object.fromEntries(['lock', 'unlock', 'revoke', 'regenerate', 'delete', 'extend'].map((name) => [`tokens.${name}(token)`, [(value) => tokens[name](value, { by }), fine()]])),
  'tokens.extend(_, options)': [(value) => tokens.extend('x', value), fine()],
  'tokens.edit(_, set)': [(value) => tokens.edit('x', value, { by }), fine()],
  'tokens.rotate(token)': [(value) => tokens.rotate(value, { by }), fine()],
  'tokens.redeem(proof)': [(value) => tokens.redeem(value), fine()],
  'tokens.renew(_, fields)': [(value) => tokens.renew('x', value, { by }), fine()],
  'tokens.preview(command)': [(value) => tokens.preview(value, { by }), fine()],
  'tokens.find(token)': [(value) => tokens.find(value, { by }), fine()],
  'tokens.reach(token)': [(value) => tokens.reach(value, 'license:read'), fine()],
  'tokens.reach(_, permission)': [(value) => tokens.reach('x', value), fine()],
  'tokens.trail(token)': [(value) => tokens.trail(value, { by }), fine()],
}

for (const [argument, [call, allowed]] of Object.entries(TABLE)) {
  test(`JSS-03 ${argument}: a value of the wrong type is refused before the module sees it`, async () => {
    const before = engine.generation
    for (const [name, value] of Object.entries(VALUES)) {
      let thrown
      try {
        await call(value)
      } catch (error) {
        thrown = error
      }
      if (allowed.has(name)) assert.equal(thrown, undefined, `${name}: ${thrown}`)
      else assert.ok(thrown instanceof Error, `${name} was taken`)
      if (thrown === undefined) continue
      assert.ok(thrown instanceof TypeError || typeof thrown.code === 'string', `${name}: ${thrown.stack}`)
      assert.notEqual(thrown.code, 'module_failed', name)
      assert.doesNotMatch(thrown.message, /Cannot (read|destructure|convert)|is not (a function|iterable)|undefined is/, `${name}: ${thrown.stack}`)
    }
    assert.equal(engine.generation, before, 'no instance was lost over it')
  })
}

test('JSS-03 the attempt and the input of a decision must be objects', () => {
  for (const [name, value] of Object.entries(VALUES)) {
    if (typeof value === 'object' && value !== null) continue
    assert.throws(() => policy.identify(value), TypeError, name)
    assert.throws(() => policy.decide(value, { token: opened, now: NOW }), TypeError, name)
    assert.throws(() => policy.decide(there, value), TypeError, name)
    assert.throws(() => policy.explain(there, value), TypeError, name)
  }
})

test('a valid request still passes after all the invalid ones', async () => {
  assert.equal((await gate.check(request('/v3/licenses', ada))).allow, true)
})
