import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Gate } from 'portcullis'

import { NOW, policy, request, store, token } from '../support/acme.mjs'
import { forged } from '../support/forged.mjs'

const LOCK = { by: 'root', at: '2026-11-21T11:00:00.000Z', reason: 'lost' }

/** A gate with a store that can change and fail, and a clock that is set by hand. */
function scene(made, options = {}) {
  const scene = { now: NOW, down: false, asked: 0, record: made.record }
  const gate = new Gate({
    policy,
    cache: true,
    now: () => scene.now,
    tokens: async () => {
      scene.asked += 1
      if (scene.down) throw new Error('the origin is down')
      return scene.record
    },
    ...options,
  })
  scene.gate = gate
  scene.reason = async (path = '/v3/licenses/42') => (await gate.check(request(path, made))).reason
  return scene
}

test('a gate caches nothing by default', async () => {
  const at = scene(token(), { cache: false })
  await at.reason()
  at.record = { ...at.record, revision: 2, lock: LOCK }
  assert.equal(await at.reason(), 'locked')
  assert.equal(at.asked, 2)
})

test('EDG-01 a lock, a revocation and a lost right take effect within 60 s, to the millisecond', async () => {
  const changes = { locked: { lock: LOCK }, revoked: { revoked: LOCK }, insufficient_scope: { grants: ['account:read'] } }
  for (const [reason, change] of Object.entries(changes)) {
    const at = scene(token())
    assert.equal(await at.reason(), null)
    at.record = { ...at.record, revision: 2, ...change }
    at.now = NOW + 59_999
    assert.equal(await at.reason(), null)
    assert.equal(at.asked, 1)
    at.now = NOW + 60_000
    assert.equal(await at.reason(), reason)
    assert.equal(at.asked, 2)
  }
})

test('EDG-01 a stale record is not used, even when the store is down', async () => {
  const at = scene(token(), { maxStaleness: 1000 })
  assert.equal(await at.reason(), null)
  at.down = true
  at.now = NOW + 999
  assert.equal(await at.reason(), null)
  at.now = NOW + 1000
  assert.equal(await at.reason(), 'store_unavailable')
  at.now = NOW + 5000
  assert.equal(await at.reason(), 'store_unavailable')
  at.down = false
  assert.equal(await at.reason(), null)
})

test('EDG-01 the age of a record counts from the request to the store, not from its answer', async () => {
  const at = scene(token(), { tokens: async () => ((at.now += 40_000), (at.asked += 1), at.record) })
  await at.reason()
  at.now = NOW + 60_000
  await at.reason()
  assert.equal(at.asked, 2)
})

test('a cached record is not used past the instant at which time alone changes the decision', async () => {
  const at = scene(token({ notBefore: '2026-11-21T12:00:10.000Z' }))
  assert.equal(await at.reason(), 'not_yet_valid')
  at.now = NOW + 9_999
  assert.equal(await at.reason(), 'not_yet_valid')
  assert.equal(at.asked, 1)
  at.now = NOW + 10_000
  assert.equal(await at.reason(), null)
  assert.equal(at.asked, 2)

  const ends = scene(token({ expiresAt: '2026-11-21T12:00:10.000Z' }))
  assert.equal(await ends.reason(), null)
  ends.record = { ...ends.record, revision: 2, expiresAt: '2026-12-21T12:00:00.000Z' }
  ends.now = NOW + 10_000
  assert.equal(await ends.reason(), null)
  assert.equal(ends.asked, 2)
})

test('a clock that is set back does not make a record fresher', async () => {
  const at = scene(token())
  await at.reason()
  at.now = NOW - 1
  await at.reason()
  assert.equal(at.asked, 2)
})

test('decisions are not cached: route, secret and owner are checked for each request', async () => {
  const ada = token()
  const at = scene(ada)
  assert.equal(await at.reason(), null)
  assert.equal(await at.reason('/v3/account'), 'insufficient_scope')
  assert.equal(await at.reason('/nowhere'), 'route_unmapped')
  const twin = policy.mint('personal')
  const forged = { bearer: `Bearer ${twin.plaintext}` }
  assert.equal((await at.gate.check(request('/v3/licenses', forged))).reason, 'unknown')
  assert.equal(at.asked, 2)
})

test('EDG-02 the cache key is the tenant and the whole id: mixed requests never hit each other', async () => {
  const pick = (list) => list[Math.floor(Math.random() * list.length)]
  const tenants = ['a', 'b', 'a:b', '1:a', ':', undefined]
  const made = Array.from({ length: 120 }, (_, index) => ({
    ...token({ owner: index % 2 ? 'ada' : `owner${index}`, tenant: tenants[index % tenants.length], grants: index % 3 ? ['license:read'] : [] }),
    tenant: tenants[index % tenants.length],
    grants: index % 3 !== 0,
  }))
  const records = store(...made)
  const gate = new Gate({ policy, cache: { entries: 600 }, now: () => NOW, tokens: records.read, tenant: (_, tenant) => tenant })
  const cases = Number(process.env.PORTCULLIS_CASES ?? 50_000)
  const requests = made.map((each) => request('/v3/licenses/42', each))
  let wrong = 0
  for (let index = 0; index < cases; index++) {
    const which = Math.floor(Math.random() * made.length)
    const each = made[which]
    const tenant = Math.random() < 0.5 ? each.tenant : pick(tenants)
    const { reason } = await gate.check(requests[which], tenant)
    const expected = tenant !== each.tenant ? 'wrong_tenant' : each.grants ? null : 'insufficient_scope'
    if (reason !== expected) wrong += 1
  }
  assert.equal(wrong, 0)
  assert.ok(records.asked.length < cases, 'some answers come from kept records')
})

test('EDG-02 no two pairs of tenant and id share a key', async () => {
  const ada = token()
  const seen = []
  const gate = new Gate({ policy, cache: true, now: () => NOW, tenant: (_, tenant) => tenant, tokens: (_, tenant) => (seen.push(tenant), null) })
  const tenants = [undefined, '', ':', '1:', 't1', 't1:2', `0:${ada.id}`]
  for (let round = 0; round < 2; round++) {
    for (const tenant of tenants) await gate.check(request('/v3/licenses', ada), tenant)
  }
  assert.deepEqual(seen, tenants)
})

test('EDG-03 a new token works at most 10 s after a request that came too early', async () => {
  const at = scene(token())
  const { record } = at
  at.record = null
  assert.equal(await at.reason(), 'unknown')
  at.record = record
  at.now = NOW + 9_999
  assert.equal(await at.reason(), 'unknown')
  assert.equal(at.asked, 1)
  at.now = NOW + 10_000
  assert.equal(await at.reason(), null)

  const never = scene(token(), { cache: { negative: 0 } })
  const later = never.record
  never.record = undefined
  await never.reason()
  never.record = later
  assert.equal(await never.reason(), null)
})

test('EDG-03 a flood of random ids displaces no record and uses bounded memory', async () => {
  const ada = token()
  let asked = 0
  const gate = new Gate({ policy, cache: { entries: 64 }, now: () => NOW, tokens: (id) => ((asked += id === ada.id ? 1 : 0), id === ada.id ? ada.record : null) })
  await gate.check(request('/v3/licenses', ada))
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  for (let index = 0; index < 20_000; index++) {
    await gate.check(request('/v3/licenses', { bearer: `Bearer ${policy.mint('personal').plaintext}` }))
  }
  assert.equal((await gate.check(request('/v3/licenses', ada))).allow, true)
  assert.equal(asked, 1)
  globalThis.gc?.()
  if (globalThis.gc !== undefined) assert.ok(process.memoryUsage().heapUsed - before < 4 * 2 ** 20)
})

test('a cache is bounded by the size of its records', async () => {
  const heavy = Array.from({ length: 8 }, (_, index) => token({ owner: `owner${index}`, description: 'x'.repeat(1000), name: 'y'.repeat(100), grants: Array.from({ length: 400 }, (_, n) => `base/${n}:read`) }))
  const records = store(...heavy)
  const gate = new Gate({ policy, cache: { entries: 8 }, now: () => NOW, tokens: records.read })
  for (let round = 0; round < 2; round++) {
    for (const each of heavy) await gate.check(request('/bases/7/rows', each))
  }
  assert.equal(records.asked.length, 16, 'eight of them weigh more than eight entries of 2 KiB')
})

test('concurrent look-ups of one id share one read', async () => {
  for (const cache of [false, true]) {
    let asked = 0
    const [ada, bob] = [token(), token()]
    const records = store(ada, bob)
    const gate = new Gate({ policy, cache, now: () => NOW, tokens: async (id) => ((asked += 1), await new Promise((done) => setTimeout(done, 20)), records.read(id)) })
    const all = await Promise.all(Array.from({ length: 64 }, (_, index) => gate.check(request('/v3/licenses', index % 2 ? ada : bob))))
    assert.ok(all.every((decision) => decision.allow))
    assert.equal(asked, 2)
    await gate.check(request('/v3/licenses', ada))
    assert.equal(asked, cache ? 2 : 3)
  }
})

test('concurrent look-ups fail together, and the next one reads again', async () => {
  const ada = token()
  let asked = 0
  const gate = new Gate({ policy, now: () => NOW, tokens: async () => {
    asked += 1
    await new Promise((done) => setTimeout(done, 5))
    if (asked === 1) throw new Error('no')
    return ada.record
  } })
  const all = await Promise.all([1, 2, 3].map(() => gate.check(request('/v3/licenses', ada))))
  assert.deepEqual(all.map(({ reason }) => reason), Array(3).fill('store_unavailable'))
  assert.equal((await gate.check(request('/v3/licenses', ada))).allow, true)
  assert.equal(asked, 2)
})

test('a look-up that died with its request does not hold up others for long', async () => {
  const ada = token()
  let asked = 0
  const gate = new Gate({ policy, now: () => NOW, timeout: 100, tokens: () => ((asked += 1), asked === 1 ? new Promise(() => undefined) : Promise.resolve(ada.record)) })
  const [first, second] = await Promise.all([gate.check(request('/v3/licenses', ada)), gate.check(request('/v3/licenses', ada))])
  assert.equal(first.reason, 'store_unavailable')
  assert.equal(second.allow, true)
  assert.equal(asked, 2)
})

test('STO-03 a record older than one seen before is refused', async () => {
  for (const cache of [false, true]) {
    const at = scene(token({ revision: 3 }), { cache })
    const old = at.record
    assert.equal(await at.reason(), null)
    at.now += 60_000
    at.record = { ...old, revision: 4, lock: LOCK }
    assert.equal(await at.reason(), 'locked')
    at.now += 60_000
    at.record = old
    const decision = await at.gate.check(request('/v3/licenses', { bearer: token().bearer }))
    assert.equal(decision.reason, 'unknown')
    assert.equal(await at.reason(), 'store_unavailable')
    assert.equal(await at.reason(), 'store_unavailable', 'an older record does not become the kept one')
    at.record = { ...old, revision: 5 }
    assert.equal(await at.reason(), null)
  }
})

test('STO-03 a record that was absent once is refused for a while, and not for ever', async () => {
  for (const cache of [false, true]) {
    const at = scene(token({ revision: 1 }), { cache })
    const { record } = at
    assert.equal(await at.reason(), null)
    at.now += 60_000
    at.record = null
    assert.equal(await at.reason(), 'unknown')
    at.record = record
    for (const later of [10_000, 289_999]) {
      at.now += later
      assert.equal(await at.reason(), 'store_unavailable')
    }
    at.now += 1
    assert.equal(await at.reason(), null)
  }
})

test('STO-03 an older record that the store opened itself is refused too', async () => {
  const ada = token({ revision: 2 })
  const [newer, older] = [policy.open(ada.record), policy.open({ ...ada.record, revision: 1 })]
  assert.deepEqual([newer.revision, older.revision], [2, 1])
  assert.equal(policy.open('nonsense').revision, null)
  assert.equal(policy.open({ ...ada.record, revision: '7' }).revision, null)
  const answers = [newer, older, newer]
  const gate = new Gate({ policy, now: () => NOW, tokens: () => answers.shift() })
  const check = async () => gate.check(request('/v3/licenses', ada))
  assert.equal((await check()).allow, true)
  const refused = await check()
  assert.equal(refused.reason, 'store_unavailable')
  assert.equal(refused.cause.code, 'store_behind')
  assert.equal((await check()).allow, true)
})

test("an owner's rights are cached as long as a record, a missing owner for 10 s", async () => {
  const svc = token({ kind: 'service' })
  let asked = 0
  let subject = { id: 'ada', active: true, grants: ['license:*'] }
  const at = scene(svc, { subject: () => ((asked += 1), subject) })
  assert.equal(await at.reason(), null)
  subject = null
  at.now = NOW + 59_999
  assert.equal(await at.reason(), null)
  assert.equal(asked, 1)
  at.now = NOW + 60_000
  assert.equal(await at.reason(), 'suspended')
  subject = { id: 'ada', active: true, grants: ['license:*'] }
  at.now += 9_999
  assert.equal(await at.reason(), 'suspended')
  at.now += 1
  assert.equal(await at.reason(), null)
})

test('what was forgotten is read again, even during a pending read', async () => {
  const ada = token({ tenant: 'acme' })
  const at = scene(ada, { tenant: 'acme' })
  assert.equal(await at.reason(), null)
  at.record = { ...ada.record, revision: 2, lock: LOCK }
  at.gate.forget({ token: ada.id, tenant: 'other' })
  assert.equal(await at.reason(), null)
  at.gate.forget({ token: ada.id, tenant: 'acme' })
  assert.equal(await at.reason(), 'locked')

  let answer
  const slow = scene(token(), { tokens: () => ((slow.asked += 1), new Promise((done) => (answer = done))) })
  const first = slow.reason()
  const before = answer
  slow.gate.forget({ token: slow.record.id })
  const second = slow.reason()
  answer({ ...slow.record, revision: 2, lock: LOCK })
  assert.equal(await second, 'locked')
  before(slow.record)
  assert.equal(await first, 'store_unavailable')
  assert.equal(slow.asked, 2)
  assert.equal(await slow.reason(), 'locked')
})

test('anything with get serves as a store, such as a Map', async () => {
  const ada = token()
  const gate = new Gate({ policy, now: () => NOW, tokens: new Map([[ada.id, ada.record]]) })
  assert.equal((await gate.check(request('/v3/licenses', ada))).allow, true)
})

test('invalid cache limits are refused at once', () => {
  const wrong = [{ cache: 60 }, { cache: null }, { cache: { entries: 0 } }, { cache: { negative: 10_001 } }, { cache: { negative: -1 } }, { maxStaleness: 0 }, { maxStaleness: Infinity }, { maxStaleness: '60s' }, { touch: true }]
  for (const options of wrong) assert.throws(() => new Gate({ policy, tokens: () => null, ...options }), TypeError, JSON.stringify(options))
})

test('CST-07 a look-up that never settles holds up no request with another secret, and others only for a moment', async () => {
  const ada = token()
  // A client that knows the id, but not the secret.
  const dead = { authorization: `Bearer ${forged(ada.id)}` }
  let asked = 0
  const gate = new Gate({ policy, now: () => NOW, tokens: (id, context) => ((asked += 1), context === 'dead' ? new Promise(() => undefined) : Promise.resolve(ada.record)) })
  void gate.check({ method: 'GET', url: '/v3/licenses', headers: dead }, 'dead')
  assert.equal(asked, 1, 'without the record, a forged token looks like any other')
  const winner = await Promise.race([gate.check(request('/v3/licenses', ada)), new Promise((done) => setTimeout(done, 50, 'late'))])
  assert.equal(winner.allow, true)

  // Requests with the same token of which one was cut off.
  asked = 0
  void gate.check(request('/v3/licenses', ada), 'dead')
  const all = await Promise.all(Array.from({ length: 20 }, () => gate.check(request('/v3/licenses', ada))))
  assert.ok(all.every(({ allow }) => allow))
  assert.equal(asked, 2, 'one of them asked, and the others joined')
})

test('CST-07 a slow store is not asked for each waiting request, and the first answer counts', async () => {
  const ada = token()
  let asked = 0
  const gate = new Gate({ policy, now: () => NOW, tokens: async () => ((asked += 1), await new Promise((done) => setTimeout(done, 180)), ada.record) })
  const all = await Promise.all(Array.from({ length: 20 }, () => gate.check(request('/v3/licenses', ada))))
  assert.ok(all.every(({ allow }) => allow))
  assert.equal(asked, 2)
})

test('SEA-12 a store that returns another record, a later version or a deleted one: denied, and like unknown before the secret is proven', async () => {
  const [ada, bob] = [token(), token()]
  const stranger = { bearer: `Bearer ${forged(ada.id)}` }
  const answers = async (gate, made) => {
    const { status, headers } = (await gate.check(request('/v3/licenses', made))).response()
    return [status, headers.get('www-authenticate')]
  }
  const unknown = await answers(new Gate({ policy, now: () => NOW, tokens: () => null }), stranger)
  const cases = {
    'the record of another id': bob.record,
    'the same under this id': { ...bob.record, id: ada.id },
    'no record': { nonsense: true },
  }
  for (const [what, record] of Object.entries(cases)) {
    const gate = new Gate({ policy, now: () => NOW, tokens: () => record })
    assert.equal((await gate.check(request('/v3/licenses', ada))).allow, false, what)
    assert.deepEqual(await answers(gate, stranger), unknown, what)
  }
  const later = new Gate({ policy, now: () => NOW, tokens: () => ({ ...ada.record, v: 2 }) })
  assert.equal((await later.check(request('/v3/licenses', ada))).status, 503)

  for (const cache of [false, true]) {
    let [record, now] = [{ ...ada.record, revision: 3 }, NOW]
    const gate = new Gate({ policy, cache, now: () => now, tokens: () => record })
    const reason = async (made = ada) => ((now += 60_000), (await gate.check(request('/v3/licenses', made))).reason)
    assert.equal(await reason(), null)
    record = null
    assert.equal(await reason(), 'unknown')
    record = { ...ada.record, revision: 3 }
    assert.equal(await reason(), 'store_unavailable', 'it came back')
    record = { ...ada.record, revision: 2 }
    assert.equal(await reason(), 'store_unavailable')
    record = null
    assert.equal(await reason(), 'unknown')
    record = { ...ada.record, revision: 4 }
    assert.equal(await reason(), null, 'a later revision was never deleted')
  }
})
