import assert from 'node:assert/strict'
import { test } from 'node:test'

import { DeniedError, Gate, Policy, PolicyError } from 'portcullis'

import { document, NOW, policy, request, store, token } from '../support/acme.mjs'

const ada = token()

function gate(options = {}) {
  const records = store(ada)
  return Object.assign(new Gate({ policy, tokens: records.read, now: () => NOW, ...options }), { asked: records.asked })
}

test('a request passes if its token grants it', async () => {
  const decision = await gate().check(request('/v3/licenses/42', ada))
  assert.equal(decision.allow, true)
  assert.equal(decision.details.token, ada.id)
})

test('a gate accepts a policy, its document or its text', async () => {
  for (const form of [policy, document, JSON.stringify(document)]) {
    const decision = await gate({ policy: form }).check(request('/v3/licenses/42', ada))
    assert.equal(decision.allow, true)
  }
  assert.throws(() => gate({ policy: {} }), PolicyError)
})

test('HDR-01 without credentials: 401 and a bare challenge, and the store is not asked', async () => {
  const closed = gate()
  const response = (await closed.check(request('/v3/licenses'))).response()
  assert.equal(response.status, 401)
  assert.equal(response.headers.get('www-authenticate'), 'Bearer realm="Acme API"')
  assert.deepEqual(closed.asked, [])
})

test('TOK-01 malformed tokens do not reach the store', async () => {
  const closed = gate()
  const flipped = ada.plaintext.slice(0, -1) + (ada.plaintext.endsWith('a') ? 'b' : 'a')
  for (const plaintext of [flipped, ada.plaintext.slice(0, -1), `${ada.plaintext}a`, ada.plaintext.replace('ac_pat', 'ac_cat'), 'x']) {
    const decision = await closed.check(request('/v3/licenses', { bearer: `Bearer ${plaintext}` }))
    assert.equal(decision.reason, 'not_a_token')
  }
  assert.deepEqual(closed.asked, [])
})

test('HDR-06 two Authorization headers are malformed', async () => {
  const twice = request('/v3/licenses', ada)
  twice.headers.append('authorization', ada.bearer)
  const decision = await gate().check(twice)
  assert.equal(decision.reason, 'malformed')
})

test('an open route needs no look-up', async () => {
  const open = gate()
  const decision = await open.check(request('/ping', { bearer: 'Bearer nonsense' }))
  assert.equal(decision.allow, true)
  assert.deepEqual(decision.identity(), {})
  assert.deepEqual(open.asked, [])
})

test('a store may return text, an object, an opened token or nothing, now or later', async () => {
  const { record } = ada
  const forms = [record, JSON.stringify(record), policy.open(record)]
  for (const form of forms) {
    assert.equal((await gate({ tokens: () => form }).check(request('/v3/licenses', ada))).allow, true)
    assert.equal((await gate({ tokens: async () => form }).check(request('/v3/licenses', ada))).allow, true)
  }
  for (const none of [null, undefined]) {
    assert.equal((await gate({ tokens: async () => none }).check(request('/v3/licenses', ada))).reason, 'unknown')
  }
})

test('the context is passed to the store and to the functions of the options', async () => {
  const seen = []
  const one = gate({
    tokens: (id, env) => (seen.push(id, env), ada.record),
    tenant: (_, env) => (seen.push(env), undefined),
  })
  await one.check(request('/v3/licenses', ada), 'env')
  assert.deepEqual(seen, ['env', ada.id, 'env'])
})

test('a changed record takes effect at once', async () => {
  let record = ada.record
  const one = gate({ tokens: () => record })
  assert.equal((await one.check(request('/v3/licenses', ada))).allow, true)
  assert.equal((await one.check(request('/v3/licenses', ada))).allow, true)
  record = { ...record, revoked: { by: 'ada', at: '2026-11-20T00:00:00.000Z', reason: 'lost' } }
  assert.equal((await one.check(request('/v3/licenses', ada))).reason, 'revoked')
  record.revoked = null
  record.grants = []
  assert.equal((await one.check(request('/v3/licenses', ada))).reason, 'insufficient_scope')
})

test('STO-01 JSS-04 a failure of the store is a denial with 503', async () => {
  const failure = new Error('the disk is full')
  const broken = {
    throws: () => { throw failure },
    rejects: () => Promise.reject(failure),
    'never resolves': () => new Promise(() => undefined),
    'returns garbage': () => 42,
    'resolves to garbage': async () => Symbol('x'),
    'returns what is no data': () => ({ id: 1n }),
  }
  for (const [how, tokens] of Object.entries(broken)) {
    const decision = await gate({ tokens, timeout: 20 }).check(request('/v3/licenses', ada))
    assert.equal(decision.reason, 'store_unavailable', how)
    assert.equal(decision.response().status, 503)
    assert.ok(decision.cause instanceof Error, how)
    assert.ok(!(await decision.response().text()).includes('disk'))
  }
})

test('JSS-04 a failure of any other function is a denial as well', async () => {
  const fail = () => { throw new Error('no') }
  for (const option of ['tenant', 'application', 'clientIp', 'now']) {
    const decision = await gate({ [option]: fail }).check(request('/v3/licenses', ada))
    assert.equal(decision.allow, false, option)
    assert.equal(decision.status, 503, option)
  }
  for (const wrong of [42, {}]) {
    assert.equal((await gate({ tenant: () => wrong }).check(request('/v3/licenses', ada))).allow, false)
    assert.equal((await gate({ now: () => wrong === 42 ? Number.NaN : 'soon' }).check(request('/v3/licenses', ada))).allow, false)
  }
})

test('the clock is read once, after the store', async () => {
  const order = []
  const one = gate({
    tokens: async () => (order.push('store'), ada.record),
    now: () => (order.push('clock'), NOW),
  })
  await one.check(request('/v3/licenses', ada))
  assert.deepEqual(order, ['store', 'clock'])
})

test('a subject is read if the kind has one, and only after the secret was proven', async () => {
  const svc = token({ kind: 'service' })
  const asked = []
  const with_ = (subject) => gate({
    tokens: store(svc, ada).read,
    subject: (owner) => (asked.push(owner), subject),
  })
  const reason = async (subject, made = svc) => (await with_(subject).check(request('/v3/licenses', made))).reason
  assert.equal(await reason({ id: 'ada', active: true, grants: ['license:*'] }), null)
  assert.equal(await reason('{"id":"ada","active":true,"grants":[]}'), 'subject_lacks_permission')
  assert.equal(await reason(null), 'suspended')
  assert.equal(await reason(Promise.reject(new Error('no'))), 'subject_unavailable')
  assert.equal(await reason({ id: 'ada' }), 'subject_unavailable')
  assert.equal(asked.length, 5)
  const wrong = { bearer: svc.bearer.slice(0, -8) }
  await with_(null).check(request('/v3/licenses', wrong))
  assert.equal(await reason(null, ada), null)
  assert.equal(asked.length, 5)
})

test('an inactive owner is reported before an expired token', async () => {
  const svc = token({ kind: 'service', expiresAt: '2026-11-20T00:00:00.000Z' })
  const one = gate({ tokens: store(svc).read, subject: () => null })
  assert.equal((await one.check(request('/v3/licenses', svc))).reason, 'suspended')
})

test('enforce: false allows everything and says what it would have denied', async () => {
  const lax = gate({ enforce: false })
  const decision = await lax.check(request('/v3/account', ada))
  assert.equal(decision.allow, true)
  assert.equal(decision.wouldDeny.reason, 'insufficient_scope')
  assert.deepEqual(decision.identity(), {})
  const outbound = decision.forward(request('/v3/account', { headers: { 'x-portcullis-owner': 'root' } }))
  assert.equal(outbound.headers.get('x-portcullis-owner'), null)
  assert.equal((await lax.check(request('/v3/licenses', ada))).wouldDeny, null)
})

test('JSS-05 authorize throws a denial', async () => {
  const closed = gate()
  assert.equal((await closed.authorize(request('/v3/licenses', ada))).allow, true)
  await assert.rejects(closed.authorize(request('/v3/account', ada)), (error) => {
    return error instanceof DeniedError && error.decision.reason === 'insufficient_scope' && error.decision.response().status === 403
  })
})

test('scopes can be required instead of those of the route', async () => {
  const one = gate()
  assert.equal((await one.check(request('/anything', ada), undefined, { needs: 'license:delete' })).allow, true)
  assert.equal((await one.check(request('/v3/licenses', ada), undefined, { needs: 'account:read' })).reason, 'insufficient_scope')
})

test('tenant and application come from the options of the gate', async () => {
  const acme = token({ tenant: 'acme', applications: ['erp'] })
  const reason = async (options) => (await gate({ tokens: store(acme).read, ...options }).check(request('/v3/licenses', acme))).reason
  assert.equal(await reason({ tenant: 'acme', application: 'erp' }), null)
  assert.equal(await reason({ tenant: () => 'acme', application: () => 'erp' }), null)
  assert.equal(await reason({ tenant: 'other', application: 'erp' }), 'wrong_tenant')
  assert.equal(await reason({ application: 'erp' }), 'wrong_tenant')
  assert.equal(await reason({ tenant: 'acme' }), 'wrong_application')
})

test('a forwarded address is read only behind the stated number of proxies', async () => {
  const bound = token({ networks: { allow: ['192.0.2.0/24'] } })
  const reason = async (options, forwarded) => {
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
    return (await gate({ tokens: store(bound).read, ...options }).check(request('/v3/licenses', { ...bound, headers }))).reason
  }
  assert.equal(await reason({}, '192.0.2.1'), 'network_not_allowed')
  assert.equal(await reason({ trustedProxies: 1 }, '192.0.2.1'), null)
  assert.equal(await reason({ trustedProxies: 1 }, '192.0.2.1, 198.51.100.1'), 'network_not_allowed')
  assert.equal(await reason({ trustedProxies: 2 }, '192.0.2.1 , 198.51.100.1'), null)
  assert.equal(await reason({ trustedProxies: 2 }, '192.0.2.1'), 'network_not_allowed')
  assert.equal(await reason({ clientIp: () => '192.0.2.9' }), null)
  for (const wrong of [-1, 1.5, '1']) assert.throws(() => gate({ trustedProxies: wrong }), TypeError)
})

test('the header of the platform gives the address only if it is configured', async () => {
  const bound = token({ networks: { allow: ['192.0.2.0/24'] } })
  const reason = async (options, headers) => {
    return (await gate({ tokens: store(bound).read, ...options }).check(request('/v3/licenses', { ...bound, headers }))).reason
  }
  const named = { clientIp: 'CF-Connecting-IP' }
  assert.equal(await reason(named, { 'cf-connecting-ip': '192.0.2.1' }), null)
  assert.equal(await reason({}, { 'cf-connecting-ip': '192.0.2.1' }), 'network_not_allowed')
  assert.equal(await reason(named, { 'x-forwarded-for': '192.0.2.1', 'x-real-ip': '192.0.2.1' }), 'network_not_allowed')
  for (const odd of ['192.0.2.1, 192.0.2.2', '', '192.0.2.1:http', 'localhost']) {
    assert.equal(await reason(named, { 'cf-connecting-ip': odd }), 'network_not_allowed', odd)
  }
  assert.throws(() => gate({ clientIp: 'x-real-ip', trustedProxies: 1 }), TypeError)
})

test('a challenge names the realm of the gate, if it has one of its own', async () => {
  const challenge = async (options) => (await gate(options).check(request('/v3/licenses'))).response().headers.get('www-authenticate')
  for (const form of [document, JSON.stringify(document)]) {
    assert.equal(await challenge({ policy: form, realm: 'Acme, staging' }), 'Bearer realm="Acme, staging"')
  }
  assert.equal(await challenge({}), 'Bearer realm="Acme API"')
  assert.throws(() => gate({ policy, realm: 'x' }), TypeError)
  assert.throws(() => gate({ policy: document, realm: 42 }), TypeError)
  assert.throws(() => gate({ policy: document, realm: 'a"b\r\nx: y' }), PolicyError)
  assert.throws(() => gate({ policy: '{', realm: 'x' }), PolicyError)
})

test('an observer sees every decision before it is returned, and its errors change none', async () => {
  const seen = []
  const observe = (decision, { url }, context) => {
    seen.push([decision.reason, decision.wouldDeny?.reason ?? null, new URL(url).pathname, context])
    throw new Error('the log is full')
  }
  for (const enforce of [true, false]) {
    const one = gate({ observe, enforce })
    assert.equal((await one.check(request('/v3/licenses', ada), 'env')).allow, true)
    assert.equal((await one.check(request('/v3/account', ada), 'env')).allow, !enforce)
  }
  assert.deepEqual(seen, [
    [null, null, '/v3/licenses', 'env'],
    ['insufficient_scope', null, '/v3/account', 'env'],
    [null, null, '/v3/licenses', 'env'],
    [null, 'insufficient_scope', '/v3/account', 'env'],
  ])
})

test('the target may be what the application routes', async () => {
  const decision = await gate().check(request('/old/42', ada), undefined, { target: '/v3/licenses/42' })
  assert.equal(decision.details.route, 'GET /v3/licenses/{id}')
  assert.throws(() => decision.forward(request('/old/42', ada)), { code: 'other_request' })
  assert.equal((await gate().check(request('/v3/licenses/42', ada), undefined, { target: '' })).reason, 'bad_path')
})

test('a header transport is read if the policy names it', async () => {
  const plenigo = new Policy({ ...document, transports: [{ header: 'X-plenigo-token' }] })
  const made = token({}, plenigo)
  const one = gate({ policy: plenigo, tokens: store(made).read })
  assert.equal((await one.check(request('/v3/licenses', { headers: { 'X-Plenigo-Token': made.plaintext } }))).allow, true)
  assert.equal((await one.check(request('/v3/licenses', made))).reason, 'missing')
})

test('HDR-11 HDR-12 a token among the subprotocols of a WebSocket or as a password passes if the policy names it', async () => {
  const both = new Policy({ ...document, transports: ['bearer', 'basic', 'websocket'] })
  const made = token({}, both)
  const one = gate({ policy: both, tokens: store(made).read })
  for (const headers of [
    { authorization: `Basic ${btoa(`ada:${made.plaintext}`)}` },
    { 'sec-websocket-protocol': `bearer, ${made.plaintext}` },
  ]) {
    assert.equal((await one.check(request('/v3/licenses', { headers }))).allow, true)
    const node = { method: 'GET', url: '/v3/licenses', headers, rawHeaders: Object.entries(headers).flat() }
    assert.equal((await one.check(node)).details.token, made.record.id)
    assert.equal((await gate().check(request('/v3/licenses', { headers }))).reason, 'missing')
  }
  const denied = await one.check(request('/v3/licenses'))
  assert.equal(denied.response().headers.get('www-authenticate'), 'Basic realm="Acme API", Bearer realm="Acme API"')
})

test('WSM-05 concurrent checks do not disturb each other', async () => {
  const others = Array.from({ length: 64 }, (_, index) => token({ owner: `owner${index}`, grants: index % 2 ? ['license:*'] : [] }))
  const records = store(...others)
  const slow = gate({ tokens: async (id) => (await new Promise((done) => setTimeout(done, Math.random() * 20)), records.read(id)) })
  const decisions = await Promise.all(others.map((made) => slow.check(request('/v3/licenses', made))))
  decisions.forEach((decision, index) => {
    assert.equal(decision.allow, index % 2 === 1)
    assert.equal(decision.details.owner, `owner${index}`)
  })
})

test('anything but a request is a TypeError, not a decision', async () => {
  await assert.rejects(gate().check(undefined), TypeError)
  assert.throws(() => new Gate({ policy, tokens: {} }), TypeError)
  assert.throws(() => gate({ timeout: 0 }), TypeError)
})

test('a challenge has the parameters that a gate, a check or a guard adds', async () => {
  const challenge = { resource_metadata: 'https://api.acme.test/.well-known/oauth-protected-resource', note: 'a "b" \\' }
  const gate = new Gate({ policy, tokens: () => null, challenge })
  const decision = await gate.check(request('/v3/licenses'))
  const wanted = 'Bearer realm="Acme API", resource_metadata="https://api.acme.test/.well-known/oauth-protected-resource", note="a \\"b\\" \\\\"'
  assert.equal(decision.response().headers.get('www-authenticate'), wanted)
  assert.equal(decision.answer.wwwAuthenticate, wanted)
  const other = await gate.check(request('/v3/licenses'), undefined, { challenge: { x: '1' } })
  assert.equal(other.answer.wwwAuthenticate, 'Bearer realm="Acme API", x="1"')
  assert.equal((await gate.check(request('/ping'))).allow, true)
  assert.equal((await gate.check(request('/../ping'.replace('..', '%5c')))).answer.wwwAuthenticate, null)
  for (const wrong of [{ realm: 'x' }, { 'a b': 'x' }, { a: 'x\n' }, { a: 'ü' }, { a: 1 }, { Scope: 'x' }]) {
    assert.throws(() => new Gate({ policy, tokens: () => null, challenge: wrong }), TypeError)
  }
})
