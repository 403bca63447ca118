import assert from 'node:assert/strict'
import { test } from 'node:test'

import { PortcullisError, replay, RequestError, verifyTrail } from 'portcullis'

// Sealed by another implementation of RFC 8785 and HMAC.
const first = {
  token: 'AdaAdaAdaAdaAda1',
  sequence: 1,
  command: 'one',
  event: 'created',
  changes: { name: { after: 'ERP \u202e sync' } },
  previous: null,
  head: 'hmac-sha256:37244192225d4b169af3ee862e5e0097fc35377fab3e34f92d228f3d072965f8',
}
const second = {
  token: 'AdaAdaAdaAdaAda1',
  sequence: 2,
  command: 'two',
  event: 'edited',
  changes: { name: { before: 'ERP \u202e sync', after: 'ERP' } },
  previous: first.head,
  head: 'hmac-sha256:214920bed959b312a90ec2e5b4c825adcccd5f8cf41d5b376e60ce792e79a9b6',
}
const key = new TextEncoder().encode('sixteen bytes!!!')

test('a trail that nobody touched is intact, and leads to the record', () => {
  const events = [first, second]
  assert.deepEqual(verifyTrail({ events, head: second.head }, key), { intact: true, events: 2, head: second.head, faults: [] })
  assert.deepEqual(verifyTrail(JSON.stringify({ events }), key).faults, [])
  assert.deepEqual(replay({ events }), { name: 'ERP', auditHead: second.head, revision: 2, lastCommand: 'two' })
})

test('what was done to a trail is named', () => {
  const faults = (events, head) => verifyTrail({ events, head }, key).faults.map(({ index, code }) => [index, code])
  assert.deepEqual(faults([first, { ...second, command: 'three' }]), [[1, 'altered']])
  assert.deepEqual(faults([second]), [[0, 'removed']])
  assert.deepEqual(faults([first], second.head), [[null, 'cut_off']])
  assert.deepEqual(verifyTrail({ events: [first] }).faults.map(({ code }) => code), ['key_needed'])
})

test('a question of another form is an error, with its problems', () => {
  assert.throws(() => replay({ events: 1 }), (error) => error instanceof RequestError && error.problems.length === 1)
  assert.throws(() => replay({ events: [first, first] }), RequestError)
  assert.throws(() => verifyTrail('{'), RequestError)
  assert.throws(() => verifyTrail(undefined), TypeError)
  assert.throws(() => verifyTrail({ events: [] }, 'sixteen bytes!!!'), TypeError)
  assert.throws(() => verifyTrail({ events: [] }, new Uint8Array(15)), PortcullisError)
})

test('a field named __proto__ is a field', () => {
  const changes = JSON.parse('{"__proto__":{"after":{"x":1}}}')
  const record = replay({ events: [{ sequence: 1, changes }] })
  assert.equal(Object.hasOwn(record, '__proto__'), true)
  assert.equal(record.x, undefined)
})
