import assert from 'node:assert/strict'
import { test } from 'node:test'

import { letters, Policy, PortcullisError, replay, RequestError, verifyTrail } from 'portcullis'

import { document, NOW, token } from '../support/acme.mjs'

const kinds = structuredClone(document.kinds)
kinds.personal.may = { revoke: ['owner', 'admin'], create: ['admin'], lock: ['admin'], list: ['admin'] }
kinds.personal.lockable = true
const policy = new Policy({ ...document, roles: { admin: { unlimited: true } }, kinds })
const admin = { id: 'root', roles: ['admin'] }
const create = { command: 'create', id: 'c-1', kind: 'personal', owner: 'ada', name: 'ERP', grants: ['license:read', 'base/b:read'] }

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

test('an unaltered trail verifies, and leads to the record', () => {
  const events = [first, second]
  assert.deepEqual(verifyTrail({ events, head: second.head }, key), { verified: true, events: 2, head: second.head, faults: [] })
  assert.deepEqual(verifyTrail(JSON.stringify({ events }), key).faults, [])
  assert.deepEqual(replay({ events }), { name: 'ERP', auditHead: second.head, revision: 2, lastCommand: 'two' })
})

test('every kind of damage to a trail is reported', () => {
  const faults = (events, head) => verifyTrail({ events, head }, key).faults.map(({ index, code }) => [index, code])
  assert.deepEqual(faults([first, { ...second, command: 'three' }]), [[1, 'altered']])
  assert.deepEqual(faults([second]), [[0, 'removed']])
  assert.deepEqual(faults([first], second.head), [[null, 'cut_off']])
  assert.deepEqual(verifyTrail({ events: [first] }).faults.map(({ code }) => code), ['key_needed'])
})

test('a malformed request is an error with its problems', () => {
  assert.throws(() => replay({ events: 1 }), (error) => error instanceof RequestError && error.problems.length === 1)
  assert.throws(() => replay({ events: [first, first] }), RequestError)
  assert.throws(() => verifyTrail('{'), RequestError)
  assert.throws(() => verifyTrail(undefined), TypeError)
  assert.throws(() => verifyTrail({ events: [] }, 'sixteen bytes!!!'), TypeError)
  assert.throws(() => verifyTrail({ events: [] }, new Uint8Array(15)), PortcullisError)
})

test('a field named __proto__ is an ordinary field', () => {
  const changes = JSON.parse('{"__proto__":{"after":{"x":1}}}')
  const record = replay({ events: [{ sequence: 1, changes }] })
  assert.equal(Object.hasOwn(record, '__proto__'), true)
  assert.equal(record.x, undefined)
})

test('a command makes a change, and a preview makes none to commit', () => {
  const request = { record: null, command: create, actor: admin }
  const { change, refusal, repeated } = policy.apply(request, { now: NOW })
  assert.equal(refusal, null)
  assert.equal(repeated, false)
  assert.equal(change.preview, false)
  assert.match(change.plaintext, /^ac_pat_/)
  const [{ record }] = change.writes
  assert.equal(record.id, policy.target({ command: create, actor: admin }))
  assert.equal(policy.target({ command: { command: 'lock', id: 'x' }, actor: null }), null)
  assert.deepEqual(policy.due(record, { now: NOW }), [])

  const attempt = { method: 'GET', target: '/v3/licenses', authorization: `Bearer ${change.plaintext}` }
  assert.equal(policy.decide(attempt, { token: policy.open(record), now: NOW }).allow, true)

  const shown = policy.preview(request, { now: NOW }).change
  assert.equal(shown.preview, true)
  assert.equal(shown.plaintext, null)
  assert.equal(policy.apply({ ...request, actor: { id: 'eve' } }, { now: NOW }).refusal.code, 'not_allowed')
  assert.equal(policy.apply({ ...request, record }, { now: NOW }).repeated, true)
})

test('the same entropy makes the same token, and the key seals its events', () => {
  const entropy = Uint8Array.from({ length: 128 }, (_, i) => (i * i * 31 + i * 7 + 3) ^ ((i << 3) & 255))
  const request = { record: null, command: create, actor: admin }
  const [one, other] = [0, 1].map(() => policy.apply(request, { now: NOW, entropy, auditKey: key }))
  assert.deepEqual(one, other)
  assert.equal(verifyTrail({ events: one.change.events, head: one.change.writes[0].record.auditHead }, key).verified, true)
  const { digest, endsAt, dueAt, ...told } = one.change.writes[0].record
  assert.deepEqual(replay({ events: one.change.events }), told)
})

test('arguments of the wrong type never reach the module', () => {
  const request = { record: null, command: create, actor: admin }
  assert.throws(() => policy.apply(undefined), TypeError)
  assert.throws(() => policy.apply(request, { now: NOW, entropy: 'x'.repeat(128) }), TypeError)
  assert.throws(() => policy.apply(request, { now: NOW, entropy: new Uint8Array(0) }), PortcullisError)
  assert.throws(() => policy.apply(request, { now: NOW, auditKey: new Uint8Array(0) }), PortcullisError)
  assert.throws(() => policy.apply(request, { now: 1.5 }), PortcullisError)
  assert.throws(() => policy.apply({ ...request, recrod: 1 }, { now: NOW }), RequestError)
  assert.throws(() => policy.apply(request, { now: NOW, entropy: new Uint8Array(128) }), RequestError)
  assert.throws(() => policy.due({}, { now: NOW }), RequestError)
  assert.throws(() => policy.overview({ records: [] }, { now: NOW }), RequestError)
})

test('an overview has a row for every token that the actor may see', () => {
  const { record } = token({ grants: ['license:read'], name: 'ERP', secretIssuedAt: '2025-11-21T11:59:59.999Z' })
  const { rows, total } = policy.overview({ records: [record, { ...record, digest: 1 }], actor: admin, sort: { by: 'status' } }, { now: NOW })
  assert.deepEqual(rows.map(({ status, ageLevel }) => [status, ageLevel]), [['active', 'red'], ['unreadable', null]])
  assert.equal(total, 2)
  assert.deepEqual(rows[1].problems.map(({ path }) => path), ['/digest'])
  assert.equal(JSON.stringify(rows).includes(record.digest), false)
  assert.equal(policy.overview({ records: [record], actor: { id: 'eve' } }, { now: NOW }).total, 0)
})

test('reach and letters answer as documented', () => {
  const { record } = token({ grants: ['base/a:read', 'base/b:read'] })
  assert.deepEqual(policy.reach({ record, permission: 'base:read' }), { reach: 'some', instances: ['a', 'b'] })
  assert.throws(() => policy.reach({ record, permission: 'bsae:read' }), RequestError)

  const notice = { key: 'k', notice: 'renewed', group: [null, 'ada', 'renewed', null], to: 'ada', token: 'AdaAdaAdaAdaAda1', name: 'ERP', secret: 'no' }
  const [letter] = letters([notice])
  assert.equal(letter.subject.en, 'The API token “ERP” (AdaAdaAdaAdaAda1) was renewed automatically')
  assert.deepEqual(letter.keys, ['k'])
  assert.deepEqual(letters([]), [])
})
