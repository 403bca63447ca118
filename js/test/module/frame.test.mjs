import assert from 'node:assert/strict'
import { test } from 'node:test'

import { instance } from '../../dist/module/engine.js'
import { Policy } from 'portcullis'
import { document, NOW, policy, token } from '../support/acme.mjs'

const ada = token()
const opened = policy.open(ada.record)
const reason = (attempt) => policy.decide(attempt, { token: opened, now: NOW }).reason
const pages = () => instance().exports.memory.buffer.byteLength

test('HDR-09 no field crosses that is longer than its limit', () => {
  const before = pages()
  const there = { method: 'GET', target: '/v3/licenses' }
  for (const length of [4096, 4097, 1 << 20, 16 << 20]) {
    const authorization = `Bearer ${'a'.repeat(length - 7)}`
    assert.equal(reason({ ...there, authorization }), length > 4096 ? 'malformed' : 'not_a_token')
  }
  assert.equal(reason({ method: 'GET', target: `/${'a'.repeat(8191)}`, authorization: ada.bearer }), 'route_unmapped')
  assert.equal(reason({ method: 'GET', target: `/${'a'.repeat(16 << 20)}`, authorization: ada.bearer }), 'target_too_long')
  assert.equal(reason({ ...there, authorization: ada.bearer, tenant: 't'.repeat(1 << 20) }), 'wrong_tenant')
  assert.equal(pages(), before)
})

test('a value over its limit stays over it, wherever it is cut', () => {
  const there = { method: 'GET', target: '/v3/licenses', authorization: ada.bearer }
  const record = { ...ada.record, tenant: `${'é'.repeat(128)}` }
  const decide = (tenant) => policy.decide({ ...there, tenant }, { token: policy.open(record), now: NOW })
  assert.equal(decide('é'.repeat(128)).allow, true)
  for (const longer of ['é'.repeat(129), `${'é'.repeat(128)}x`, 'é'.repeat(5000), `${'é'.repeat(127)}😀`]) {
    assert.equal(decide(longer).reason, 'wrong_tenant')
  }
})

test('every field arrives unchanged, in ASCII or not', () => {
  const record = { ...ada.record, tenant: 'Müller 😀', applications: ['erp'], networks: { allow: ['192.0.2.0/24'] } }
  const attempt = { method: 'GET', target: '/v3/licenses', authorization: ada.bearer, tenant: 'Müller 😀', application: 'erp', ip: '192.0.2.7' }
  const decide = (change) => policy.decide({ ...attempt, ...change }, { token: policy.open(record), now: NOW }).reason
  assert.equal(decide({}), null)
  assert.equal(decide({ tenant: 'Muller' }), 'wrong_tenant')
  assert.equal(decide({ tenant: '' }), 'wrong_tenant')
  assert.equal(decide({ application: 'app' }), 'wrong_application')
  assert.equal(decide({ ip: '192.0.3.7' }), 'network_not_allowed')
  assert.equal(decide({ ip: null }), 'network_not_allowed')
})

test('an absent field shows nothing of the previous request', () => {
  const tenanted = policy.open({ ...ada.record, tenant: 'a' })
  const there = { method: 'GET', target: '/v3/licenses', authorization: ada.bearer }
  const decide = (attempt, token) => policy.decide(attempt, { token, now: NOW }).reason
  assert.equal(decide({ ...there, tenant: 'a' }, tenanted), null)
  assert.equal(decide(there, tenanted), 'wrong_tenant')
  assert.equal(decide({ needs: 'license:read', authorization: ada.bearer }, opened), null)
  assert.equal(decide({ method: 'GET', target: '/v3/licenses' }, opened), 'missing')
})

test('HDR-08 bytes that no token contains make the header malformed', () => {
  for (const odd of ['\u0000', '\u001f', '\u007f', '\u0080', 'ÿ', 'é', '\ud800', 'x\r\ny']) {
    const denied = policy.decide({ method: 'GET', target: '/v3/licenses', authorization: `Bearer ${odd}` }, { token: opened, now: NOW })
    assert.equal(denied.reason, 'malformed')
    assert.ok(!denied.text('operator').includes(odd))
  }
})

test('an id is read correctly wherever it is in the window, even after non-ASCII text', () => {
  const transports = ['bearer', 'token', { header: 'X-Token' }, { query: 'access_token' }]
  const wide = new Policy({ ...document, transports })
  const made = token({}, wide)
  const { plaintext, bearer, id } = made
  const attempts = [
    { authorization: bearer },
    { authorization: `bearer   ${plaintext}  ` },
    { authorization: `Token ${plaintext}` },
    { header: plaintext },
    { header: plaintext, method: 'DELETE', tenant: 'acme', application: 'erp', ip: '192.0.2.1' },
    { target: `/v3/licenses?a=b&access_token=${plaintext}&c=d` },
    { authorization: bearer, needs: 'license:read' },
    { authorization: bearer, tenant: 'Müller' },
    { header: plaintext, application: '😀' },
    { target: `/v3/licenses/%C3%A9?access_token=${plaintext}` },
  ]
  for (const attempt of attempts) {
    assert.equal(wide.identify({ method: 'GET', target: '/v3/licenses', ...attempt }), id, JSON.stringify(Object.keys(attempt)))
  }
})
