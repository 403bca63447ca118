import assert from 'node:assert/strict'
import { test } from 'node:test'

import { NOW, policy, request, token } from '../support/acme.mjs'

function decide(path, made, method = 'GET') {
  return policy.decide({ method, target: path, authorization: made.bearer }, { token: policy.open(made.record), now: NOW })
}

test('a denial has status, challenge and problem document', async () => {
  const decision = decide('/v3/account', token({ grants: [] }))
  const response = decision.response()
  assert.equal(response.status, 403)
  assert.equal(response.headers.get('content-type'), 'application/problem+json')
  assert.equal(response.headers.get('cache-control'), 'no-store')
  assert.equal(response.headers.get('www-authenticate'), 'Bearer realm="Acme API", error="insufficient_scope", scope="account:read"')
  const body = await response.text()
  assert.equal(body, JSON.stringify(JSON.parse(decision.text('public')).answer.body))
  assert.deepEqual(JSON.parse(body).missing, ['account:read'])
})

test('a denial can be sent through node:http', () => {
  const seen = { headers: {} }
  const to = {
    statusCode: 200,
    setHeader: (name, value) => (seen.headers[name] = value),
    end: (body) => (seen.body = body),
  }
  decide('/v3/account', token({ grants: [] })).send(to)
  assert.equal(to.statusCode, 403)
  assert.match(seen.headers['www-authenticate'], /^Bearer realm="Acme API"/)
  assert.equal(seen.headers['cache-control'], 'no-store')
  assert.equal(JSON.parse(seen.body).code, 'insufficient_scope')
})

test('TOK-03 an unknown id and a wrong secret give the same bytes to a client', async () => {
  const [ada, bob] = [token(), token()]
  const wrong = policy.decide(
    { method: 'GET', target: '/v3/licenses', authorization: ada.bearer },
    { token: policy.open({ ...bob.record, id: ada.id }), now: NOW },
  )
  const unknown = policy.decide({ method: 'GET', target: '/v3/licenses', authorization: ada.bearer }, { token: null, now: NOW })
  assert.deepEqual([wrong.reason, unknown.reason], ['wrong_secret', 'unknown'])
  const bytes = await Promise.all([wrong, unknown].map(async (decision) => {
    const response = decision.response()
    return JSON.stringify([response.status, [...response.headers], await response.text()])
  }))
  assert.equal(bytes[0], bytes[1])
  assert.equal(JSON.stringify(wrong), JSON.stringify(unknown))
})

test('the verified identity replaces every inbound one', () => {
  const ada = token({ grants: ['account:read', 'license:read'], owner: 'Adä\r\nx: y' })
  const decision = decide('/v3/account', ada)
  const inbound = request('/v3/account', {
    bearer: ada.bearer,
    headers: { 'X-Portcullis-Owner': 'root', 'x_portcullis_kind': 'root', 'x-portcullis-anything': 'root', accept: 'text/plain' },
  })
  const outbound = decision.forward(inbound)
  const fields = Object.fromEntries([...outbound.headers].filter(([name]) => /portcullis/.test(name)))
  assert.deepEqual(fields, {
    'x-portcullis-token': ada.id,
    'x-portcullis-kind': 'personal',
    'x-portcullis-owner': 'Ad%C3%A4%0D%0Ax%3A%20y',
    'x-portcullis-route': 'GET%20%2Fv3%2Faccount',
    'x-portcullis-scopes': 'account:read license:read',
  })
  assert.equal(outbound.headers.get('accept'), 'text/plain')
  assert.equal(outbound.url, inbound.url)
})

test('a decision on an open route has no identity', () => {
  const decision = policy.identify({ method: 'GET', target: '/ping' })
  const outbound = decision.forward(request('/ping', { headers: { 'x-portcullis-owner': 'root' } }))
  assert.equal(outbound.headers.get('x-portcullis-owner'), null)
})

test('only the request that was decided can be forwarded', () => {
  const ada = token()
  const decision = decide('/v3/licenses/42', ada)
  assert.throws(() => decision.forward(request('/v3/licenses/43', ada)), { code: 'other_request' })
  assert.throws(() => decision.forward(request('/v3/licenses/42', { ...ada, method: 'DELETE' })), { code: 'other_request' })
  assert.throws(() => decision.forward(request('/v3/licenses/42?x=1', ada)), { code: 'other_request' })
})

test('methods of the other outcome are refused', () => {
  assert.throws(() => decide('/v3/licenses', token()).response(), { code: 'other_answer' })
  assert.throws(() => decide('/v3/account', token({ grants: [] })).forward(request('/v3/account')), { code: 'other_answer' })
})

test('JSS-05 a decision cannot be used as a boolean', () => {
  const decision = decide('/v3/account', token({ grants: [] }))
  assert.throws(() => decision == true, TypeError)
  assert.throws(() => `${decision}`, TypeError)
  assert.throws(() => +decision, TypeError)
})

test('JSS-02 a polluted prototype changes nothing', () => {
  // Names that only this package reads: Node's own Response breaks over `status`.
  const polluted = ['allow', 'reason', 'wouldDeny', 'token', 'answer']
  for (const name of polluted) {
    Object.defineProperty(Object.prototype, name, { configurable: true, get: () => true, set: () => undefined })
  }
  const { parse, stringify } = JSON
  JSON.parse = () => ({ allow: true })
  JSON.stringify = () => '{"allow":true}'
  try {
    const made = token({ grants: [] })
    const decision = decide('/v3/account', made)
    assert.equal(decision.allow, false)
    assert.equal(decision.reason, 'insufficient_scope')
    assert.equal(decision.details.allow, false)
    assert.equal(decision.response().status, 403)
  } finally {
    Object.assign(JSON, { parse, stringify })
    for (const name of polluted) delete Object.prototype[name]
  }
})
