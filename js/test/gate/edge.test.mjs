import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { startWorkerd } from '../../package/workerd.mjs'
import { document, token } from '../support/acme.mjs'

const STALE = 1500
const lasting = () => token({ createdAt: '2026-01-01T00:00:00.000Z', expiresAt: '2099-01-01T00:00:00.000Z' })
const [ada, bob, eve] = [lasting(), lasting(), lasting()]
let worker
let store

const ask = (made, path = '/v3/licenses/42') => worker.dispatchFetch(`http://api.acme.test${path}`, { headers: { authorization: made.bearer } })
const asked = async () => Number(await store.get('asked'))
const revoke = ({ id, record }) => store.put(id, JSON.stringify({ ...record, revision: 2, revoked: { by: 'root', at: '2026-11-21T00:00:00.000Z', reason: 'lost' } }))

before(async () => {
  const records = Object.fromEntries([ada, bob, eve].map(({ id, record }) => [id, JSON.stringify(record)]))
  const entry = fileURLToPath(new URL('../frameworks/worker.mjs', import.meta.url))
  worker = await startWorkerd(entry, { records, bindings: { POLICY: document, STALE } })
  store = await worker.getKVNamespace('TOKENS')
})
after(() => worker.dispose())

test('workerd: a burst with one token needs one look-up, and its touch is written after the response', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(ada)))
  assert.deepEqual(await Promise.all(answers.map((answer) => answer.json())), Array(20).fill('ada'))
  assert.equal(await asked(), 1)
  let touch = null
  for (let tries = 0; tries < 50 && touch === null; tries++) {
    touch = await store.get(`touched:${ada.id}`, 'json')
    await wait(20)
  }
  assert.equal(touch.revision, 1)
  assert.ok(Math.abs(Date.parse(touch.lastUsedAt) - Date.now()) < 60_000)
})

test('EDG-01 workerd: a revocation takes effect when the cached record is stale', async () => {
  assert.equal((await ask(bob)).status, 200)
  await revoke(bob)
  await wait(STALE + 50)
  assert.equal((await ask(bob)).status, 401)
})

test('EDG-03 workerd: a missing token is looked up once', async () => {
  const nobody = lasting()
  assert.equal((await ask(nobody)).status, 401)
  const before = await asked()
  assert.equal((await ask(nobody)).status, 401)
  assert.equal(await asked(), before)
})

test('EDG-04 workerd: a stream ends after a revocation', async () => {
  const response = await ask(eve, '/v3/licenses/42?stream')
  assert.equal(response.status, 200)
  await wait(100)
  await revoke(eve)
  const began = performance.now()
  assert.equal(await response.text(), 'open\nrevoked\n')
  assert.ok(performance.now() - began < STALE + 2000)
})
