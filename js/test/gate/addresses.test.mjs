// What proxies and clients write about addresses and identities.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Gate } from 'portcullis'

import { NOW, policy, token } from '../support/acme.mjs'

const bound = token({ networks: { allow: ['203.0.113.0/24', '2001:db8::/32'] } })
const asked = (fields, address = '10.0.0.5') => ({
  method: 'GET', url: '/v3/licenses', headers: {}, socket: { remoteAddress: address },
  rawHeaders: ['Authorization', bound.bearer, ...Object.entries(fields).flat()],
})
const reasonOf = async (options, request) => (await new Gate({ policy, now: () => NOW, tokens: () => bound.record, ...options }).check(request)).reason

const ADDRESSES = ['203.0.113.7', '203.0.113.7:51432', '2001:db8::1', '[2001:db8::1]', '[2001:db8::1]:443', '"[2001:db8::1]:443"', '"203.0.113.7"', ' 203.0.113.7 ', '[::ffff:203.0.113.7]:80']
const NONE = ['unknown', '_hidden', '', '""', '[]', '[2001:db8::1', '203.0.113.7:', '203.0.113.7:x', '203.0.113.7:123456', '203.0.113.7:80:80', '[203.0.113.7]x', 'http://203.0.113.7', '203.0.113.7/24', '2001:db8::1:443:8:8:8:8', '198.51.100.9:1234', '[2001:db9::1]:443']

test('SEA-09 addresses with ports, brackets and quotes are addresses, wherever they are told', async () => {
  for (const written of ADDRESSES) {
    assert.equal(await reasonOf({ trustedProxies: 1 }, asked({ 'X-Forwarded-For': written })), null, written)
    assert.equal(await reasonOf({ clientIp: 'x-azure-clientip' }, asked({ 'X-Azure-ClientIP': written })), null, written)
    assert.equal(await reasonOf({ clientIp: () => written }, asked({})), null, written)
  }
})

test('SEA-09 what is no address, and one of another network, does not pass', async () => {
  for (const written of NONE) {
    assert.equal(await reasonOf({ trustedProxies: 1 }, asked({ 'X-Forwarded-For': written })), 'network_not_allowed', written)
    assert.equal(await reasonOf({ clientIp: 'x-azure-clientip' }, asked({ 'X-Azure-ClientIP': written })), 'network_not_allowed', written)
    assert.equal(await reasonOf({ clientIp: () => written }, asked({})), 'network_not_allowed', written)
  }
  assert.equal(await reasonOf({ clientIp: () => null }, asked({})), 'network_not_allowed')
})

test('SEA-09 of several addresses those to the left never count, whatever they look like', async () => {
  const through = (trustedProxies, hops) => reasonOf({ trustedProxies }, asked({ 'X-Forwarded-For': hops }))
  assert.equal(await through(1, '203.0.113.7, 198.51.100.9:1234'), 'network_not_allowed')
  assert.equal(await through(1, '203.0.113.7:1, "203.0.113.7", [2001:db8::1]:443, 198.51.100.9'), 'network_not_allowed')
  assert.equal(await through(2, '198.51.100.9, 203.0.113.7:51432, 10.0.0.1:80'), null)
  assert.equal(await through(2, '203.0.113.7, 198.51.100.9:1, 10.0.0.1'), 'network_not_allowed')
  assert.equal(await through(3, '203.0.113.7, 10.0.0.1'), 'network_not_allowed', 'fewer hops than proxies')
  const twice = asked({})
  twice.rawHeaders.push('X-Forwarded-For', '203.0.113.7', 'x-forwarded-for', '198.51.100.9:80')
  assert.equal(await reasonOf({ trustedProxies: 1 }, twice), 'network_not_allowed')
  assert.equal(await reasonOf({ clientIp: 'x-real-ip' }, asked({ 'X-Real-IP': '203.0.113.7, 203.0.113.8' })), 'network_not_allowed')
})

test('SEA-10 identity fields of a client are removed in every spelling, and none that is verified can be named away', async () => {
  const made = token()
  const gate = new Gate({ policy, now: () => NOW, tokens: () => made.record })
  const spelled = ['X-Portcullis-Owner', 'x_portcullis_owner', 'X.Portcullis.Owner', 'x-portcullis_owner', 'X~PORTCULLIS~OWNER', "x'portcullis'owner", 'X-Portcullis-Anything']
  const request = new Request('https://api.acme.test/v3/licenses', {
    headers: { authorization: made.bearer, connection: 'keep-alive, X-Portcullis-Owner, x_portcullis_token', 'x-portcullisish': 'stays', ...Object.fromEntries(spelled.map((name) => [name, 'root'])) },
  })
  const decision = await gate.check(request)
  const { headers } = decision.forward(request)
  assert.equal(headers.get('x-portcullis-owner'), 'ada')
  const others = [...headers.keys()].filter((name) => name.replace(/[^a-z]/g, '').startsWith('xportcullis'))
  assert.deepEqual(others.filter((name) => !/^x-portcullis-(kind|owner|route|scopes|token)$/.test(name)), ['x-portcullisish'])
  assert.ok(![...headers.values()].includes('root'))
  assert.equal(headers.get('connection'), 'keep-alive')
  const only = new Request('https://api.acme.test/v3/licenses', { headers: { authorization: made.bearer, connection: 'x-portcullis-owner' } })
  assert.equal((await gate.check(only)).forward(only).headers.has('connection'), false)
})
