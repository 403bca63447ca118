import assert from 'node:assert/strict'
import { test } from 'node:test'
import vm from 'node:vm'

import { jsonText, lineOf } from '../../dist/base/json-text.js'
import { NOW, policy, token } from '../support/acme.mjs'

const text = (value) => jsonText(value, 'it')

test('plain data becomes the same text as with JSON.stringify', () => {
  for (const value of [{}, [], { a: [1, 'ü\n"', true, null, { b: -1.5 }], c: { d: [] } }, { '': 0, 'a"b': 1e-7 }]) {
    assert.equal(text(value), JSON.stringify(value))
  }
  assert.equal(text({ a: undefined, b: 1 }), '{"b":1}')
  assert.equal(text({ a: -0 }), '{"a":0}')
  assert.equal(text('{"as":"it is"}'), '{"as":"it is"}')
  assert.equal(text(Object.assign(Object.create(null), { a: 1 })), '{"a":1}')
  assert.equal(text(vm.runInNewContext('({ a: [1] })')), '{"a":[1]}')
})

test('each character is written as by JSON.stringify, in short and long texts, in names and values', () => {
  for (let code = 0; code < 0x300; code++) {
    for (const length of [0, 1, 126, 127, 128, 300]) {
      const one = `${'x'.repeat(length)}${String.fromCharCode(code)}y`
      assert.equal(text({ [one]: one }), JSON.stringify({ [one]: one }))
    }
  }
  assert.equal(text(['', '\u2028', '😀']), JSON.stringify(['', '\u2028', '😀']))
  for (const length of [0, 127, 128, 300]) assert.throws(() => text([`${'x'.repeat(length)}\ud800`]), { code: 'invalid_data' })
})

test('JSS-01 only own properties are read, each once, and toJSON is not called', () => {
  const reads = {}
  const watched = new Proxy({ owner: 'ada', grants: ['license:*'] }, {
    get: (target, name) => {
      reads[String(name)] = (reads[String(name)] ?? 0) + 1
      return Reflect.get(target, name)
    },
  })
  assert.equal(text(watched), '{"owner":"ada","grants":["license:*"]}')
  assert.deepEqual(reads, { owner: 1, grants: 1 })
  let calls = 0
  assert.equal(text({ get a() { return ++calls } }), '{"a":1}')
  assert.equal(calls, 1)
  assert.equal(text(JSON.parse('{"__proto__":{"allow":true},"constructor":1}')), '{"__proto__":{"allow":true},"constructor":1}')
  assert.throws(() => text({ toJSON: () => ({ fine: true }) }), { code: 'invalid_data' })
  assert.equal(({}).allow, undefined)
})

test('JSS-01 __proto__ in a record changes no other field', () => {
  const ada = token({ grants: [] })
  const record = JSON.parse(JSON.stringify(ada.record).replace('"v":1', '"v":1,"__proto__":{"grants":["*:*"]}'))
  const decision = policy.decide({ needs: 'license:read', authorization: ada.bearer }, { token: policy.open(record), now: NOW })
  assert.equal(decision.allow, false)
})

test('JSS-03 values that JSON cannot hold are refused, not converted', () => {
  const cycle = {}
  cycle.again = cycle
  const refused = [Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 1e21, 5n, 'a\ud800', () => 1, Symbol('x'), new Date(0), new Map(), cycle]
  for (const value of refused) assert.throws(() => text({ value }), { code: 'invalid_data' }, String(value))
  assert.throws(() => text([undefined]), { code: 'invalid_data' })
  assert.throws(() => text([1, , 2]), { code: 'invalid_data' })
  assert.throws(() => text('{"a":"\ud800"}'), { code: 'invalid_data' })
  assert.throws(() => text({ 'a\udfff': 1 }), { code: 'invalid_data' })
})

test('AUD-01 a line escapes misleading characters, and parses back', () => {
  const name = 'a\r\n{"event":"x"}\u001b[2J\u007f\u009b\u2028\u2029\u202e\u2066\u200fé😀'
  const line = lineOf({ name })
  assert.equal(line, String.raw`{"name":"a\r\n{\"event\":\"x\"}\u001b[2J\u007f\u009b\u2028\u2029\u202e\u2066\u200fé😀"}`)
  assert.deepEqual(JSON.parse(line), { name })
})
