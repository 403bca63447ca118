import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'

import { Gate, Policy, Tokens } from 'portcullis'
import { memory } from 'portcullis/memory'

import { document, NOW, policy, request, store, token } from '../support/acme.mjs'

const AT = '2026-11-21T12:00:00.000Z'

/** A gate that notes its touches, and the work that it asked to be kept awake for. */
function scene(made, options = {}) {
  const touches = []
  const work = []
  const touch = (...told) => void touches.push(told)
  const gate = new Gate({ policy, now: () => NOW, tokens: store(made).read, touch, waitUntil: (promise) => work.push(promise), ...options })
  return { gate, touches, work, pass: (...rest) => gate.check(request('/v3/licenses/42', made), ...rest) }
}

test('a use is written after the answer, with what it raises', async () => {
  const ada = token({ revision: 7 })
  const { pass, touches, work } = scene(ada)
  assert.equal((await pass('env')).allow, true)
  assert.deepEqual(touches, [], 'not before the answer')
  await Promise.all(work)
  assert.equal(work.length, 1)
  const [[id, revision, advice, context]] = touches
  assert.deepEqual([id, revision, context], [ada.id, 7, 'env'])
  assert.equal(advice.lastUsedAt, AT)
  assert.equal(advice.secretUsedAt, AT)
})

test('a touch begins when the response has gone out, if that is told', async () => {
  const { pass, touches } = scene(token())
  let sent
  const work = []
  await pass(undefined, { after: new Promise((done) => (sent = done)), waitUntil: (promise) => work.push(promise) })
  await new Promise((done) => setTimeout(done, 20))
  assert.deepEqual(touches, [])
  sent()
  await Promise.all(work)
  assert.equal(touches.length, 1)
})

test('the platform is kept awake by whatever was handed in: the check, the options, the context', async () => {
  const ada = token()
  const awake = (list) => ({ waitUntil: (promise) => list.push(promise) })
  const [byCheck, byOptions, byContext] = [[], [], []]
  const ctx = awake(byContext)
  await scene(ada, awake(byOptions)).pass(ctx, awake(byCheck))
  await scene(ada, { waitUntil: (promise, context) => byOptions.push(promise, context) }).pass(ctx)
  await scene(ada, { waitUntil: undefined }).pass(ctx)
  assert.equal(byCheck.length, 1)
  assert.equal(byOptions.length, 2)
  assert.equal(byOptions[1], ctx)
  assert.equal(byContext.length, 1)
})

test('many uses of a token are one touch, also while the record does not show it yet', async () => {
  for (const cache of [false, true]) {
    const ada = token()
    const { gate, pass, touches, work } = scene(ada, { cache })
    await Promise.all(Array.from({ length: 50 }, () => pass()))
    await Promise.all(work)
    await pass()
    await gate.check(request('/v3/licenses', ada))
    await Promise.all(work)
    assert.equal(touches.length, 1)
  }
})

test('tokens are touched each for itself, and again when the record moved on', async () => {
  const [ada, bob] = [token(), token({ owner: 'bob' })]
  const { gate, touches, work } = scene(ada, { tokens: store(ada, bob).read })
  await gate.check(request('/v3/licenses', ada))
  await gate.check(request('/v3/licenses', bob))
  ada.record.lastUsedAt = '2026-11-21T11:00:00.000Z'
  await gate.check(request('/v3/licenses', ada))
  await Promise.all(work)
  assert.deepEqual(touches.map(([id]) => id), [ada.id, bob.id, ada.id])
})

/** The plaintext of another secret under the same id, and its digest. */
function rekeyed({ plaintext, id }) {
  const other = policy.mint('personal')
  const secret = other.plaintext.slice(-38, -6)
  const head = plaintext.slice(0, -38) + secret
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  let sum = crc32(head)
  let check = ''
  for (let place = 0; place < 6; place++, sum = Math.floor(sum / 62)) check = digits[sum % 62] + check
  const digest = `sha256:${createHash('sha256').update(id + secret).digest('hex')}`
  return { bearer: `Bearer ${head}${check}`, digest }
}

test('the first use of a new secret is told, even right after one of the previous secret', async () => {
  const ada = token()
  const before = rekeyed(ada)
  ada.record.previous = { digest: before.digest, until: '2026-11-22T00:00:00.000Z' }
  const { gate, touches, work } = scene(ada, { cache: true })
  for (const { bearer } of [before, before, ada, ada, before]) {
    assert.equal((await gate.check(request('/v3/licenses', { bearer }))).allow, true)
    await Promise.all(work)
  }
  assert.deepEqual(touches.map(([, , advice]) => advice.secretUsedAt), [null, AT])
})

test('nothing is touched for a denial, an open route, or a use that was just noted', async () => {
  const ada = token({ lastUsedAt: '2026-11-21T11:55:00.000Z', secretUsedAt: '2026-11-02T00:00:00.000Z' })
  const { gate, touches, work } = scene(ada)
  await gate.check(request('/v3/account', ada))
  await gate.check(request('/ping', ada))
  await gate.check(request('/v3/licenses'))
  await gate.check(request('/v3/licenses', ada))
  await Promise.all(work)
  assert.deepEqual(touches, [])
  const lax = scene(token({ grants: [] }), { enforce: false })
  assert.equal((await lax.pass()).wouldDeny.reason, 'insufficient_scope')
  await Promise.all(lax.work)
  assert.deepEqual(lax.touches, [])
})

test('a touch that fails changes no answer, and is tried again', async () => {
  let tried = 0
  for (const fail of [() => { throw new Error('no') }, () => Promise.reject(new Error('no'))]) {
    const { pass, work } = scene(token(), { touch: () => ((tried += 1), fail()) })
    assert.equal((await pass()).allow, true)
    await Promise.all(work)
    assert.equal((await pass()).allow, true)
    await Promise.all(work)
  }
  assert.equal(tried, 4)
  const dead = scene(token(), { waitUntil: () => { throw new Error('too late') } })
  assert.equal((await dead.pass()).allow, true)
})

test("a store's own touch is used, unless another is named", async () => {
  const ada = token()
  const told = []
  const tokens = { get: () => ada.record, touch: (...args) => told.push(args) }
  const work = []
  const waitUntil = (promise) => work.push(promise)
  await new Gate({ policy, tokens, now: () => NOW, waitUntil }).check(request('/v3/licenses', ada))
  await Promise.all(work)
  assert.deepEqual([told.length, told[0][0], told[0][1]], [1, ada.id, 1])
  const other = []
  await new Gate({ policy, tokens, now: () => NOW, waitUntil, touch: (id) => other.push(id) }).check(request('/v3/licenses', ada))
  await Promise.all(work)
  assert.deepEqual([told.length, other], [1, [ada.id]])
})

test('a use that is noted keeps a token of a real store from going idle, and moves its end', async () => {
  const kinds = { personal: { prefix: 'ac_pat', idle: { default: '45d', choices: ['45d'], then: 'revoke' }, may: { create: ['admin'], revoke: ['owner'] } } }
  const idling = new Policy({ ...document, roles: { admin: { unlimited: true } }, kinds })
  const tokensStore = memory()
  let now = NOW
  const tokens = new Tokens({ policy: idling, store: tokensStore, now: () => now })
  const made = await tokens.create({ kind: 'personal', owner: 'ada', name: 'x', grants: ['license:read'] }, { by: { id: 'root', roles: ['admin'] } })
  const work = []
  const gate = new Gate({ policy: idling, tokens: tokensStore, now: () => now, waitUntil: (promise) => work.push(promise) })
  const ask = async () => {
    const decision = await gate.check(request('/v3/licenses', { bearer: `Bearer ${made.plaintext}` }))
    await Promise.all(work)
    return decision.reason
  }
  const DAY = 86_400_000
  for (let month = 0; month < 4; month++) {
    now += 40 * DAY
    assert.equal(await ask(), null)
    const record = await tokensStore.get(made.token.id)
    assert.equal(Date.parse(record.lastUsedAt), now)
    assert.equal(Date.parse(record.endsAt), now + 45 * DAY + 1)
    assert.equal(record.revision, 1)
  }
  now += 46 * DAY
  assert.equal(await ask(), 'idle')
})
