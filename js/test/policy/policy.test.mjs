import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'

import { Policy, PolicyError, PortcullisError, SubjectError } from 'portcullis'

import { document, NOW, policy, token } from '../support/acme.mjs'

const attempt = (method, target, authorization) => ({ method, target, authorization })

test('a granted request is allowed', () => {
  const ada = token()
  const decision = policy.decide(attempt('GET', '/v3/licenses/42', ada.bearer), { token: policy.open(ada.record), now: NOW })
  assert.equal(decision.allow, true)
  assert.equal(decision.reason, null)
  assert.equal(decision.status, 200)
  assert.equal(decision.details.route, 'GET /v3/licenses/{id}')
  assert.deepEqual(decision.details.params, { id: '42' })
  assert.equal(decision.details.owner, 'ada')
})

test('a missing permission is named', () => {
  const ada = token({ grants: ['license:read'] })
  const decision = policy.decide(attempt('DELETE', '/v3/licenses/42', ada.bearer), { token: policy.open(ada.record), now: NOW })
  assert.equal(decision.allow, false)
  assert.equal(decision.reason, 'insufficient_scope')
  assert.equal(decision.status, 403)
  assert.deepEqual(decision.details.missing, ['license:delete'])
  assert.deepEqual(decision.answer.body.missing, ['license:delete'])
})

test('the details are the parsed text', () => {
  const ada = token({ grants: [] })
  const decision = policy.decide(attempt('GET', '/v3/account', ada.bearer), { token: policy.open(ada.record), now: NOW })
  assert.equal(JSON.stringify(decision.details), decision.text('operator'))
  assert.deepEqual(Object.keys(JSON.parse(decision.text('holder'))), ['allow', 'reason', 'status', 'missing', 'validUntil', 'answer'])
  assert.deepEqual(Object.keys(JSON.parse(decision.text('public'))), ['allow', 'status', 'answer'])
  assert.equal(JSON.stringify(decision), decision.text('public'))
  assert.throws(() => decision.text('everything'), TypeError)
})

test('a record opens from text and from an object', () => {
  const ada = token()
  const there = attempt('GET', '/v3/licenses', ada.bearer)
  const [one, other] = [ada.record, JSON.stringify(ada.record)].map((record) => {
    return policy.decide(there, { token: policy.open(record), now: NOW }).text('operator')
  })
  assert.equal(one, other)
})

test('a damaged record opens, and is denied', () => {
  const ada = token()
  const broken = policy.open({ ...ada.record, digest: 'sha256:00' })
  assert.deepEqual(broken.problems.map(({ path }) => path), ['/digest'])
  assert.equal(broken.unsupported, false)
  assert.equal(policy.decide(attempt('GET', '/v3/licenses', ada.bearer), { token: broken, now: NOW }).reason, 'corrupt_record')
  assert.deepEqual(policy.open(ada.record).problems, [])
  assert.equal(policy.open({ ...ada.record, v: 2 }).unsupported, true)
})

test('a grant unknown to the policy is a warning', () => {
  const odd = policy.open(token({ grants: ['license:read', 'licence:read'] }).record)
  assert.equal(odd.warnings.length, 1)
})

test('a missing record and a failed store are different denials', () => {
  const { bearer } = token()
  const there = attempt('GET', '/v3/licenses', bearer)
  assert.equal(policy.decide(there, { token: null, now: NOW }).reason, 'unknown')
  assert.equal(policy.decide(there, { token: 'unavailable', now: NOW }).reason, 'store_unavailable')
})

test('identify returns the id to look up, or a decision', () => {
  const ada = token()
  assert.equal(policy.identify(attempt('GET', '/v3/licenses', ada.bearer)), ada.id)
  assert.equal(policy.identify(attempt('GET', '/v3/licenses')).reason, 'missing')
  assert.equal(policy.identify(attempt('GET', '/a/../b', ada.bearer)).reason, 'bad_path')
  const open = policy.identify(attempt('GET', '/ping', 'Bearer nonsense'))
  assert.equal(open.allow, true)
  assert.equal(open.details.route, 'GET /ping')
})

test('scopes can be required directly', () => {
  const ada = token({ grants: ['license:read'] })
  const facts = { token: policy.open(ada.record), now: NOW }
  assert.equal(policy.decide({ needs: 'license:read', authorization: ada.bearer }, facts).allow, true)
  assert.equal(policy.decide({ needs: 'license:read account:read', authorization: ada.bearer }, facts).reason, 'insufficient_scope')
})

test('the owner bounds the token, for kinds with a subject', () => {
  const svc = token({ kind: 'service' })
  const there = attempt('GET', '/v3/licenses', svc.bearer)
  const opened = policy.open(svc.record)
  const decide = (subject) => policy.decide(there, { token: opened, subject, now: NOW }).reason
  assert.equal(decide(undefined), 'subject_unavailable')
  assert.equal(decide(policy.subject({ id: 'ada', active: true, grants: ['license:read'] })), null)
  assert.equal(decide(policy.subject({ id: 'ada', active: true, grants: [] })), 'subject_lacks_permission')
  assert.equal(decide(policy.subject({ id: 'ada', active: false, grants: [] })), 'suspended')
  assert.equal(decide(policy.subject({ id: 'bob', active: true, grants: ['*:*'] })), 'subject_unavailable')
})

test('explain lists the checks for a person', () => {
  const ada = token({ grants: [] })
  const told = policy.explain(attempt('GET', '/v3/licenses', ada.bearer), { token: policy.open(ada.record), now: NOW })
  assert.match(JSON.stringify(told), /insufficient_scope/)
})

test('a policy describes itself', () => {
  assert.equal(policy.name, 'acme')
  assert.deepEqual(policy.routes.find(({ on }) => on === 'GET /v3/licenses/{id}')?.needs, [['license:read']])
  assert.equal(policy.kinds.find(({ name }) => name === 'service')?.subject, true)
  assert.equal(policy.fingerprint, new Policy(document).fingerprint)
  assert.ok(policy.permissions.includes('license:read'))
  assert.ok(Array.isArray(policy.lints))
  assert.equal(policy.headerName, null)
  const plenigo = new Policy({ ...document, transports: ['bearer', { header: 'X-plenigo-token' }] })
  assert.equal(plenigo.headerName, 'x-plenigo-token')
})

test('an invalid policy is refused with every problem and its place', () => {
  const bad = { ...document, routes: [{ on: 'GET /x', needs: 'nothing:read' }], colour: 'red' }
  assert.throws(() => new Policy(bad), (error) => {
    assert.ok(error instanceof PolicyError)
    assert.equal(error.code, 'invalid_policy')
    assert.ok(error.problems.length >= 2)
    for (const { path, code, message } of error.problems) {
      assert.deepEqual([typeof path, typeof code, typeof message], ['string', 'string', 'string'])
    }
    return true
  })
  assert.throws(() => new Policy('{'), PolicyError)
})

test('an invalid subject is refused', () => {
  assert.throws(() => policy.subject({ id: 'ada', active: 'yes', grants: [] }), SubjectError)
})

test('a token or subject of another policy is refused', () => {
  const other = new Policy(document)
  const opened = other.open(token().record)
  assert.throws(() => policy.decide({ needs: 'license:read' }, { token: opened, now: NOW }), { code: 'other_policy' })
})

test('arguments of the wrong type are refused before they reach the module', () => {
  const opened = policy.open(token().record)
  for (const wrong of [42, {}, [], true, Symbol('x'), () => 'x']) {
    assert.throws(() => policy.decide({ method: wrong, target: '/' }, { token: opened, now: NOW }), TypeError)
    assert.throws(() => policy.decide({ method: 'GET', target: '/', tenant: wrong }, { token: opened, now: NOW }), TypeError)
    assert.throws(() => policy.identify({ method: 'GET', target: '/', authorization: wrong }), TypeError)
    assert.throws(() => policy.mint(wrong), TypeError)
  }
  for (const wrong of [42, {}, undefined, 'none', []]) {
    assert.throws(() => policy.decide({ needs: 'license:read' }, { token: wrong, now: NOW }), TypeError)
  }
  for (const wrong of [42, undefined, null, true]) {
    assert.throws(() => policy.open(wrong), TypeError)
    assert.throws(() => new Policy(wrong), TypeError)
  }
})

test('TIM-03 an instant must be whole milliseconds or a valid Date', () => {
  const facts = { token: null }
  for (const now of [1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '123', new Date(Number.NaN), 5n, -1, 0, 1_700_000_000, Date.UTC(10_000, 0, 1)]) {
    assert.throws(() => policy.decide({ needs: 'license:read' }, { ...facts, now }), { code: 'invalid_instant' })
  }
  const ada = token()
  const there = attempt('GET', '/v3/licenses', ada.bearer)
  const opened = policy.open(ada.record)
  assert.equal(policy.decide(there, { token: opened, now: new Date(NOW) }).allow, true)
  assert.equal(policy.decide(there, { token: opened, now: Date.parse('2027-01-01') }).reason, 'expired')
  assert.equal(typeof policy.decide(there, { token: opened }).allow, 'boolean')
})

test('mint makes a new token each time, and does not show it by accident', () => {
  const minted = policy.mint('personal')
  assert.match(minted.plaintext, /^ac_pat_[0-9A-Za-z]{16}_[0-9A-Za-z]{38}$/)
  assert.match(minted.digest, /^sha256:[0-9a-f]{64}$/)
  assert.notEqual(policy.mint('personal').id, minted.id)
  const secret = minted.plaintext.slice(-38)
  assert.ok(!JSON.stringify(minted).includes(secret))
  assert.ok(!inspect(minted, { showHidden: true, depth: 9 }).includes(secret))
  assert.throws(() => policy.mint('nothing'), (error) => error instanceof PortcullisError && error.code === 'mint_failed')
})

test('TOK-07 nothing shows a secret or a digest', () => {
  const ada = token({ grants: [] })
  const opened = policy.open(ada.record)
  const decision = policy.decide(attempt('GET', '/v3/licenses', ada.bearer), { token: opened, now: NOW })
  const shown = [policy, opened, decision, decision.details, decision.answer].flatMap((value) => {
    return [inspect(value, { showHidden: true, depth: 9 }), JSON.stringify(value) ?? '']
  })
  shown.push(decision.text('operator'), JSON.stringify(opened.warnings))
  shown.push(JSON.stringify(policy.explain(attempt('GET', '/v3/licenses', ada.bearer), { token: opened, now: NOW })))
  for (const text of shown) {
    assert.ok(!text.includes(ada.plaintext.slice(-38)), text)
    assert.ok(!text.includes(ada.record.digest.slice(7)), text)
  }
})

test('a closed token opens again on next use', () => {
  const ada = token()
  const opened = policy.open(ada.record)
  const there = attempt('GET', '/v3/licenses', ada.bearer)
  for (let round = 0; round < 3; round++) {
    assert.equal(policy.decide(there, { token: opened, now: NOW }).allow, true)
    opened[Symbol.dispose]()
    opened[Symbol.dispose]()
  }
})
