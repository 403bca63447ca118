import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'

import { Gate } from 'portcullis'

import { policy, request, token } from '../support/acme.mjs'

// A watch keeps no process alive; a connection would.
const alive = setInterval(() => undefined, 1000)
after(() => clearInterval(alive))

const LOCK = { by: 'root', at: '2026-11-21T11:00:00.000Z', reason: 'lost' }
const lasting = (fields = {}) => token({ createdAt: '2026-01-01T00:00:00.000Z', expiresAt: '2099-01-01T00:00:00.000Z', ...fields })

test('EDG-04 a stream that was opened before a revocation ends within maxStaleness', async () => {
  for (const cache of [false, true]) {
    const ada = lasting()
    let record = ada.record
    const gate = new Gate({ policy, cache, maxStaleness: 300, tokens: async () => record })
    const server = createServer(async (req, res) => {
      const decision = await gate.check(req)
      if (!decision.allow) return decision.send(res)
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: hello\n\n')
      const closed = new AbortController()
      res.on('close', () => closed.abort())
      const denied = await gate.recheck(req, undefined, { signal: closed.signal })
      res.end(denied === null ? '' : `data: ${denied.reason}\n\n`)
    })
    await new Promise((done) => server.listen(0, '127.0.0.1', done))
    try {
      const url = `http://127.0.0.1:${server.address().port}/v3/licenses/42`
      const stream = await fetch(url, { headers: { authorization: ada.bearer } })
      await wait(400)
      record = { ...record, revision: 2, revoked: LOCK }
      const began = performance.now()
      assert.equal(await stream.text(), 'data: hello\n\ndata: revoked\n\n')
      // A machine under load is late; the record itself was never used past its time.
      assert.ok(performance.now() - began < 300 + 700)
      assert.equal((await fetch(url, { headers: { authorization: ada.bearer } })).status, 401)
    } finally {
      server.close()
      server.closeAllConnections()
    }
  }
})

test('EDG-04 a stream ends when the token does, however long records may be kept', async () => {
  const ada = lasting({ expiresAt: new Date(Date.now() + 400).toISOString() })
  const gate = new Gate({ policy, tokens: () => ada.record })
  const denied = await gate.recheck(request('/v3/licenses/42', ada))
  assert.equal(denied.reason, 'expired')
  assert.equal(denied.response().status, 401)
  assert.ok(Date.now() >= Date.parse(ada.record.expiresAt))
})

test('EDG-04 a stream ends when the store is down, or the owner lost the right', async () => {
  const svc = lasting({ kind: 'service' })
  let grants = ['license:*']
  let down = false
  const gate = new Gate({
    policy,
    maxStaleness: 50,
    cache: true,
    tokens: () => {
      if (down) throw new Error('down')
      return svc.record
    },
    subject: () => ({ id: 'ada', active: true, grants }),
  })
  const first = gate.recheck(request('/v3/licenses/42', svc))
  await wait(120)
  grants = []
  assert.equal((await first).reason, 'subject_lacks_permission')
  grants = ['license:*']
  await wait(60)
  const second = gate.recheck(request('/v3/licenses/42', svc))
  await wait(120)
  down = true
  assert.equal((await second).reason, 'store_unavailable')
})

test('watching ends with its signal, and asks no more', async () => {
  const ada = lasting()
  let asked = 0
  const gate = new Gate({ policy, maxStaleness: 20, tokens: () => ((asked += 1), ada.record) })
  const stop = new AbortController()
  const over = gate.recheck(request('/v3/licenses/42', ada), undefined, { signal: stop.signal })
  await wait(100)
  assert.ok(asked > 1)
  stop.abort()
  assert.equal(await over, null)
  const before = asked
  await wait(60)
  assert.equal(asked, before)
  assert.equal(await gate.recheck(request('/v3/licenses/42', ada), undefined, { signal: AbortSignal.abort() }), null)
  assert.equal(asked, before)
})

test('watching asks for what the check asked for, and finds no end where nothing is enforced', async () => {
  const ada = lasting()
  const gate = new Gate({ policy, tokens: () => ada.record })
  assert.equal((await gate.recheck(request('/anything', ada), undefined, { needs: 'account:read' })).reason, 'insufficient_scope')
  assert.equal((await gate.recheck(request('/v3/licenses'))).reason, 'missing')
  const lax = new Gate({ policy, tokens: () => null, enforce: false })
  assert.equal(await lax.recheck(request('/v3/licenses', ada), undefined, { signal: AbortSignal.timeout(50) }), null)
})

test('watching many streams of one token is one look-up at a time', async () => {
  const ada = lasting()
  let asked = 0
  const gate = new Gate({ policy, cache: true, maxStaleness: 200, tokens: async () => ((asked += 1), await wait(5), ada.record) })
  await Promise.all(Array.from({ length: 100 }, () => gate.recheck(request('/v3/licenses/42', ada), undefined, { signal: AbortSignal.timeout(300) })))
  assert.ok(asked <= 3, `${asked} look-ups`)
})
