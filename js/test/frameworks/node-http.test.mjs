import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'

import { Gate } from 'portcullis'

import { NOW, policy, store, token } from '../support/acme.mjs'

const ada = token({ networks: { allow: ['127.0.0.1', '::1'] } })
const gate = new Gate({ policy, tokens: store(ada).read, now: () => NOW })
let handled = 0

const server = createServer(async (req, res) => {
  const decision = await gate.check(req)
  if (!decision.allow) {
    res.setHeader('x-reason', decision.reason)
    return decision.send(res)
  }
  handled += 1
  res.end('passed')
})

before(() => new Promise((done) => server.listen(0, '127.0.0.1', done)))
after(() => server.close())

/** Sends these bytes and returns the status and the reason of the answer. */
function send(head) {
  return new Promise((resolve, reject) => {
    const socket = connect(server.address().port, '127.0.0.1')
    let answer = ''
    socket.on('data', (data) => (answer += data.toString('latin1')))
    socket.on('error', reject)
    socket.on('end', () => {
      const status = Number(answer.slice(9, 12))
      resolve([status, /^x-reason: (.*)$/m.exec(answer)?.[1]?.trim() ?? null, answer])
    })
    socket.end(`${head}\r\nhost: api.acme.test\r\nconnection: close\r\n\r\n`, 'latin1')
  })
}

const reason = async (head) => (await send(head))[1]

test('a request passes with the address of its connection', async () => {
  assert.deepEqual((await send(`GET /v3/licenses/42 HTTP/1.1\r\nAuthorization: ${ada.bearer}`)).slice(0, 2), [200, null])
})

test('a denial is a complete response', async () => {
  const [status, , answer] = await send('GET /v3/licenses HTTP/1.1')
  assert.equal(status, 401)
  assert.match(answer, /www-authenticate: Bearer realm="Acme API"\r\n/i)
  assert.match(answer, /content-type: application\/problem\+json\r\n/i)
})

test('HDR-06 a second Authorization header counts, although node:http hides it', async () => {
  const before = handled
  const other = token()
  for (const [first, second] of [[ada, ada], [ada, other], [other, ada]]) {
    const head = `GET /v3/licenses HTTP/1.1\r\nAuthorization: ${first.bearer}\r\nAUTHORIZATION: ${second.bearer}`
    assert.equal(await reason(head), 'malformed')
  }
  assert.equal(handled, before)
})

test('RTE-02 the path is decided as received', async () => {
  for (const path of ['/v3/../v3/licenses', '/v3/%2e%2e/licenses', '/./v3/licenses', '/v3/licenses/..', '/v3\\licenses']) {
    assert.equal(await reason(`GET ${path} HTTP/1.1\r\nAuthorization: ${ada.bearer}`), 'bad_path', path)
  }
  assert.equal(await reason(`GET //v3/licenses HTTP/1.1\r\nAuthorization: ${ada.bearer}`), 'route_unmapped')
})

test('RTE-11 an absolute-form target counts by its path; other forms are refused', async () => {
  const absolute = (path) => `GET http://evil.test${path} HTTP/1.1\r\nAuthorization: ${ada.bearer}`
  assert.equal(await reason(absolute('/v3/licenses/42')), null)
  assert.equal(await reason(absolute('/v3/account')), 'insufficient_scope')
  assert.equal(await reason(absolute('')), 'route_unmapped')
  assert.equal(await reason(`OPTIONS * HTTP/1.1\r\nAuthorization: ${ada.bearer}`), 'bad_path')
})

test('RTE-09 an override header does not change the method', async () => {
  const head = `DELETE /v3/account HTTP/1.1\r\nX-HTTP-Method-Override: GET\r\nAuthorization: ${ada.bearer}`
  assert.equal(await reason(head), 'insufficient_scope')
})

test('HDR-08 Latin-1 bytes make the header malformed', async () => {
  assert.equal(await reason('GET /v3/licenses HTTP/1.1\r\nAuthorization: Bearer \xe9\xff'), 'malformed')
})

test('a mount path that a framework cut off still counts', async () => {
  const { rawHeaders, headers } = { rawHeaders: ['Authorization', ada.bearer], headers: { authorization: ada.bearer } }
  const socket = { remoteAddress: '127.0.0.1' }
  const mounted = { method: 'GET', url: '/42', originalUrl: '/v3/licenses/42', rawHeaders, headers, socket }
  assert.equal((await gate.check(mounted)).allow, true)
  assert.equal((await gate.check({ ...mounted, originalUrl: undefined })).reason, 'route_unmapped')
  assert.equal((await gate.check({ ...mounted, rawHeaders: undefined })).allow, true)
  assert.equal((await gate.check({ ...mounted, rawHeaders: undefined, headers: { authorization: [ada.bearer, ada.bearer] } })).reason, 'malformed')
})
