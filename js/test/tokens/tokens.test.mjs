import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { inspect } from 'node:util'

import { Gate, PolicyError, PortcullisError, RefusedError, RequestError, StoreError, Tokens } from 'portcullis'
import { memory } from 'portcullis/memory'
import { sqlite } from 'portcullis/sqlite'

import { ada, admin, DAY, desk, document, HOUR, instead, personal, policy, refused, START } from '../support/fixtures.mjs'

const folder = mkdtempSync(join(tmpdir(), 'portcullis-'))
after(() => rmSync(folder, { recursive: true }))
let files = 0
const file = () => join(folder, `${(files += 1)}.db`)

const bearing = (plaintext, path = '/licenses/1') => {
  return new Request(`https://api.test${path}`, { headers: { authorization: `Bearer ${plaintext}` } })
}

for (const [where, make] of [['in memory', memory], ['in SQLite', () => sqlite(file())]]) {
  test(`a token's lifecycle, ${where}`, async () => {
    const store = make()
    const { tokens, pass, now } = desk({ store })
    let clock = now
    const later = (milliseconds) => (pass(milliseconds), (clock += milliseconds))
    const gate = new Gate({ policy, tokens: store, now: () => clock })
    const reason = async (plaintext) => (await gate.check(bearing(plaintext))).reason

    const { token, plaintext, repeated, warnings } = await personal(tokens)
    assert.equal(repeated, false)
    assert.deepEqual(warnings, [])
    assert.equal(token.owner, 'ada')
    assert.equal(token.expiresAt, new Date(START + 180 * DAY).toISOString())
    assert.equal(await reason(plaintext), null)

    const edited = await tokens.edit(token.id, { name: 'ERP' }, { by: ada, reason: 'shorter' })
    assert.deepEqual([edited.token.name, edited.token.revision], ['ERP', 2])

    await tokens.lock(token.id, { by: admin, reason: 'seen in a public repository' })
    assert.equal(await reason(plaintext), 'locked')
    await tokens.unlock(token.id, { by: admin })
    assert.equal(await reason(plaintext), null)

    later(10 * DAY)
    const extended = await tokens.extend(token.id, { by: ada })
    assert.equal(extended.token.expiresAt, new Date(START + 190 * DAY).toISOString())

    const rotated = await tokens.rotate(token.id, { by: ada })
    assert.notEqual(rotated.plaintext, plaintext)
    assert.equal(await reason(plaintext), null)
    assert.equal(await reason(rotated.plaintext), null)
    const again = await tokens.rotate({ plaintext: rotated.plaintext }, { grace: '1h' })
    assert.equal(await reason(again.plaintext), null)

    const renewed = await tokens.renew(token.id, { name: 'ERP 2', endsAt: new Date(clock + DAY).toISOString() }, { by: ada })
    assert.equal(renewed.token.renewedTo, renewed.successor.id)
    assert.equal(renewed.successor.renewedFrom, token.id)
    assert.equal(await reason(renewed.plaintext), null)

    await tokens.revoke(token.id, { by: ada, reason: 'replaced' })
    assert.equal(await reason(again.plaintext), 'revoked')
    const { tombstone } = await tokens.delete(token.id, { by: ada })
    assert.equal(tombstone.id, token.id)
    assert.equal(await reason(again.plaintext), 'unknown')
    assert.equal(await refused(tokens.lock(token.id, { by: admin })), 'unknown')

    const { events } = await tokens.trail(token.id, { by: admin })
    assert.deepEqual(events.map(({ event }) => event), [
      'created', 'edited', 'locked', 'unlocked', 'extended', 'rotated', 'rotated', 'renewed', 'revoked', 'deleted',
    ])
    assert.deepEqual(events.map(({ sequence }) => sequence), events.map((_, index) => index + 1))
    await store.close?.()
  })
}

test('a revoked token can be regenerated if its kind allows it', async () => {
  const { tokens } = desk()
  const { token, plaintext } = await tokens.create({ kind: 'service', name: 'sync', owner: 'svc', grants: ['product:read'] }, { by: admin })
  assert.equal(await refused(tokens.regenerate(token.id, { by: admin })), 'illegal_transition')
  await tokens.revoke(token.id, { by: admin })
  const regenerated = await tokens.regenerate(token.id, { by: admin })
  assert.notEqual(regenerated.plaintext, plaintext)
  assert.equal(regenerated.token.revoked ?? null, null)
})

test('a refusal says what to do instead, and leaves the record and the trail as they were', async () => {
  const { tokens, store } = desk()
  const { token } = await personal(tokens)
  const before = [await store.get(token.id), await store.trail(token.id)]
  await assert.rejects(tokens.edit(token.id, { name: '' }, { by: ada }), (error) => {
    assert.ok(error instanceof RefusedError && error instanceof PortcullisError)
    assert.deepEqual([error.code, error.field], ['bad_name', '/set/name'])
    assert.match(error.message, /\.$/)
    return true
  })
  assert.equal(await refused(tokens.delete(token.id, { by: ada })), 'illegal_transition')
  assert.equal(await refused(tokens.unlock(token.id, { by: admin })), 'illegal_transition')
  assert.equal(await refused(tokens.lock(token.id, { by: ada })), 'not_allowed')
  assert.equal(await refused(tokens.lock('nobody0000000000', { by: admin })), 'unknown')
  assert.deepEqual([await store.get(token.id), await store.trail(token.id)], before)
})

test('LIF-08 the actor is set by the host, whatever the fields contain', async () => {
  const { tokens, store } = desk()
  const fields = { kind: 'personal', name: 'x', grants: ['license:read'] }
  for (const more of [{ by: admin }, { actor: admin }, { createdBy: 'root' }, { roles: ['admin'] }]) {
    await assert.rejects(tokens.create({ ...fields, ...more }, { by: ada }), RequestError)
  }
  for (const more of [{ id: 'mine' }, { command: 'delete' }, { reason: 'because' }]) {
    await assert.rejects(tokens.create({ ...fields, ...more }, { by: ada }), (error) => error.code === 'invalid_data')
  }
  assert.equal(await refused(tokens.create({ ...fields, owner: 'bob' }, { by: ada })), 'not_allowed')
  assert.equal(await refused(tokens.create({ ...fields, grants: ['license:*'] }, { by: ada })), 'scope_ceiling')
  assert.equal(await refused(tokens.create({ ...fields, tenant: 'acme' }, { by: ada })), 'unknown')
  assert.deepEqual((await store.list({ limit: 10 })).records, [])
  const { token } = await tokens.create(fields, { by: ada })
  assert.equal(token.createdBy, 'ada')
  for (const by of [undefined, null, 'ada', ['ada'], 42]) {
    await assert.rejects(tokens.create(fields, { by }), TypeError)
    await assert.rejects(tokens.revoke(token.id, { by }), TypeError)
  }
  await assert.rejects(tokens.revoke(token.id, { by: {} }), RequestError)
})

test('LIF-08 a token cannot grant more than it holds', async () => {
  const { tokens } = desk()
  const { token } = await personal(tokens, { grants: ['license:read'] })
  const by = { id: 'ada', token: token.id }
  const make = (fields) => tokens.create({ kind: 'personal', name: 'child', grants: ['license:read'], ...fields }, { by })
  assert.equal(await refused(make({ grants: ['license:update'] })), 'scope_ceiling')
  assert.equal(await refused(make({ owner: 'bob' })), 'not_allowed')
  const child = await make({ name: 'child 1' })
  assert.ok(child.token.expiresAt <= token.expiresAt)
  await tokens.revoke(token.id, { by: ada })
  assert.equal(await refused(make({ name: 'child 2' })), 'not_allowed')
  await tokens.delete(token.id, { by: ada })
  assert.equal(await refused(make({ name: 'child 3' })), 'not_allowed')
})

test('GRO-03 a new token replaces only one that its maker may delete', async () => {
  const { tokens } = desk()
  const { token: old } = await personal(tokens, { owner: 'bob', name: 'old' }, { by: admin })
  const make = (replaces, by) => tokens.create({ kind: 'personal', name: `for ${by.id}`, grants: ['license:read'], replaces }, { by })
  await assert.rejects(make(old.id, ada), { code: 'not_allowed', field: '/replaces' })
  await assert.rejects(make('0123456789abcdef', admin), { code: 'unknown', field: '/replaces' })
  assert.equal((await tokens.preview({ command: 'create', kind: 'personal', name: 'x', grants: ['license:read'], replaces: old.id }, { by: admin })).refusal, null)
  assert.equal((await make(old.id, admin)).token.replaces, old.id)
})

test('GRO-04 a command by a token that is revoked in the meantime fails', async () => {
  for (const asRecord of [false, true]) {
    const { tokens, store } = desk()
    const { token } = await personal(tokens)
    const by = { id: 'ada', token: asRecord ? await store.get(token.id) : token.id }
    let revoked = false
    const racing = new Tokens({
      policy,
      now: () => START,
      store: instead(store, {
        commit: async (change) => {
          if (!revoked) await tokens.revoke(token.id, { by: ada })
          revoked = true
          return store.commit(change)
        },
      }),
    })
    assert.equal(await refused(racing.create({ kind: 'personal', name: 'child', grants: ['license:read'] }, { by })), 'not_allowed')
    assert.equal((await store.list({ limit: 10 })).records.length, 1)
  }
})

test('LIF-06 of 64 creations below a limit with one place left, one succeeds', async () => {
  for (const store of [memory(), sqlite(file())]) {
    const { tokens } = desk({ store })
    for (let number = 0; number < 9; number += 1) await personal(tokens, { name: `token ${number}` })
    const outcomes = await Promise.all(Array.from({ length: 64 }, (_, number) => refused(personal(tokens, { name: `late ${number}` }))))
    assert.equal(outcomes.filter((code) => code === null).length, 1)
    assert.equal(outcomes.filter((code) => code === 'limit_reached').length, 63)
    await store.close?.()
  }
})

test('GRO-06 a name is unique as a person sees it, and free again when its token is gone', async () => {
  const { tokens } = desk()
  const { token } = await personal(tokens)
  for (const name of ['ERP sync', ' ERP\u3000 sync ', '\uff25RP s\u200bync']) {
    await assert.rejects(personal(tokens, { name }), (error) => error.code === 'not_unique' && error.field === '/name')
  }
  const other = await personal(tokens, { name: 'other' })
  await assert.rejects(tokens.edit(other.token.id, { name: 'ERP sync' }, { by: ada }), (error) => error.field === '/set/name')
  await tokens.edit(token.id, { name: 'renamed' }, { by: ada })
  await tokens.edit(other.token.id, { name: 'ERP sync' }, { by: ada })
})

test('ROT-02 after a conflict the command is tried again, three times at most', async () => {
  for (const [conflicts, wins] of [[1, true], [2, true], [3, false], [100, false]]) {
    const store = memory()
    const { tokens: calm } = desk({ store })
    const { token } = await personal(calm)
    let left = conflicts
    let reads = 0
    const { tokens } = desk({
      store: instead(store, {
        get: (id) => (reads += 1, store.get(id)),
        commit: (change) => (left-- > 0 ? { outcome: 'conflict' } : store.commit(change)),
      }),
    })
    const code = await refused(tokens.edit(token.id, { name: 'other' }, { by: ada }))
    assert.equal(code, wins ? null : 'conflict', `${conflicts} conflicts`)
    assert.equal((await store.get(token.id)).revision, wins ? 2 : 1)
    assert.equal(reads, Math.min(conflicts + 1, 3))
  }
})

test('ROT-02 the second try uses the new record', async () => {
  const store = memory()
  const { tokens: other } = desk({ store })
  const { token } = await personal(other)
  let first = true
  const { tokens } = desk({
    store: instead(store, {
      commit: async (change) => {
        if (first) {
          first = false
          await other.revoke(token.id, { by: ada })
        }
        return store.commit(change)
      },
    }),
  })
  assert.equal(await refused(tokens.rotate(token.id, { by: ada })), 'illegal_transition')
  const record = await store.get(token.id)
  assert.deepEqual([record.revision, record.revoked.by], [2, 'ada'])
})

test('ROT-08 a token revoked at the same moment is not regenerated', async () => {
  const store = memory()
  const { tokens: other } = desk({ store })
  const { token } = await other.create({ kind: 'service', name: 'robot', owner: 'ada', grants: ['license:read'] }, { by: admin })
  await other.revoke(token.id, { by: admin })
  const meanwhile = []
  const { tokens } = desk({
    store: instead(store, {
      commit: async (change) => ((await meanwhile.shift()?.()) ? { outcome: 'conflict' } : store.commit(change)),
    }),
  })
  const revokedAnew = (given) => async () => {
    await other.regenerate(token.id, { by: admin, ...given })
    await other.revoke(token.id, { by: admin, reason: 'leaked' })
    return true
  }
  meanwhile.push(revokedAnew())
  assert.equal(await refused(tokens.regenerate(token.id, { by: admin })), 'conflict')
  assert.equal((await store.get(token.id)).revoked.reason, 'leaked')
  // A conflict with something else is worked out anew, and who saw the revocation may mean it.
  meanwhile.push(async () => true)
  assert.equal(typeof (await tokens.regenerate(token.id, { by: admin })).plaintext, 'string')
  // What took effect under this very id is done, whoever wrote in between.
  await other.revoke(token.id, { by: admin })
  meanwhile.push(revokedAnew({ id: 'again' }))
  const again = await tokens.regenerate(token.id, { by: admin, id: 'again' })
  assert.deepEqual([again.repeated, again.plaintext], [true, null])
  assert.equal((await store.get(token.id)).revoked.reason, 'leaked')
})

test('ROT-06 a command given twice takes effect once', async () => {
  const { tokens, store, pass } = desk()
  const first = await personal(tokens, {}, { id: 'create-1' })
  const second = await personal(tokens, {}, { id: 'create-1' })
  assert.deepEqual([second.repeated, second.plaintext, second.token.id], [true, null, first.token.id])
  const { id } = first.token
  const rotated = await tokens.rotate({ plaintext: first.plaintext }, { id: 'rotate-1' })
  const again = await tokens.rotate({ plaintext: first.plaintext }, { id: 'rotate-1' })
  assert.deepEqual([again.repeated, again.plaintext], [true, null])
  assert.notEqual(rotated.plaintext, null)
  await tokens.lock(id, { by: admin, id: 'lock-1' })
  await tokens.unlock(id, { by: admin, id: 'unlock-1' })
  pass(HOUR)
  const locked = await tokens.lock(id, { by: admin, id: 'lock-1' })
  assert.deepEqual([locked.repeated, locked.token.lock ?? null], [true, null])
  await tokens.revoke(id, { by: ada, id: 'revoke-1' })
  assert.equal((await tokens.revoke(id, { by: ada, id: 'revoke-1' })).repeated, true)
  assert.equal((await tokens.lock(id, { by: admin, id: 'lock-1' })).repeated, true)
  const gone = await tokens.delete(id, { by: ada, id: 'delete-1' })
  const twice = await tokens.delete(id, { by: ada, id: 'delete-1' })
  assert.deepEqual([gone.repeated, twice.repeated, twice.tombstone], [false, true, gone.tombstone])
  assert.equal(await refused(tokens.delete(id, { by: ada, id: 'delete-2' })), 'unknown')
  assert.equal(await refused(personal(tokens, {}, { id: 'create-1' })), 'unknown')
  assert.equal((await store.trail(id)).length, 6)
})

test('STO-07 another tenant does not learn whether a command was given', async () => {
  const { tokens } = desk()
  const [acme, other] = ['acme', 'other'].map((tenant) => ({ id: 'root', tenant, roles: ['admin'] }))
  const { token } = await tokens.create({ kind: 'personal', name: 'x', owner: 'ada', grants: ['license:read'] }, { by: acme })
  await tokens.lock(token.id, { by: acme, id: 'lock-1' })
  const unknown = await refused(tokens.lock('nobody0000000000', { by: other, id: 'lock-1' }))
  assert.equal(unknown, 'unknown')
  for (const by of [other, { ...other, tenant: undefined }, { ...other, tenant: 'acm' }, { ...other, tenant: 'acme:' }]) {
    assert.equal(await refused(tokens.lock(token.id, { by, id: 'lock-1' })), 'unknown')
    assert.equal(await refused(tokens.trail(token.id, { by })), 'unknown')
    assert.equal(await refused(tokens.revokeWhere({ tenant: 'acme' }, { by })), 'unknown')
    assert.deepEqual(await tokens.revokeWhere({ owner: 'ada' }, { by }), { revoked: 0, failed: [], next: null })
  }
  await tokens.revoke(token.id, { by: acme })
  await tokens.delete(token.id, { by: acme, id: 'delete-1' })
  assert.equal(await refused(tokens.delete(token.id, { by: other, id: 'delete-1' })), 'unknown')
  assert.equal((await tokens.delete(token.id, { by: acme, id: 'delete-1' })).repeated, true)
})

test('an actor who lost the permission learns nothing by repeating a command', async () => {
  const { tokens } = desk()
  const { token } = await personal(tokens)
  await tokens.revoke(token.id, { by: ada, id: 'revoke-1' })
  assert.equal(await refused(tokens.revoke(token.id, { by: { id: 'eve' }, id: 'revoke-1' })), 'not_allowed')
})

test('ROT-06 each command that makes a secret returns it once', async () => {
  const { tokens } = desk()
  const { token } = await personal(tokens)
  const endsAt = new Date(START + DAY).toISOString()
  const renew = () => tokens.renew(token.id, { name: 'next', endsAt }, { by: ada, id: 'renew-1' })
  const [renewed, again] = [await renew(), await renew()]
  assert.deepEqual([again.repeated, again.plaintext, again.successor.id], [true, null, renewed.successor.id])
  const made = await tokens.create({ kind: 'service', name: 'sync', grants: ['product:read'] }, { by: admin })
  await tokens.revoke(made.token.id, { by: admin })
  const regenerate = () => tokens.regenerate(made.token.id, { by: admin, id: 'regenerate-1' })
  const secrets = [await regenerate(), await regenerate()].map(({ plaintext }) => typeof plaintext)
  assert.deepEqual(secrets, ['string', 'object'])
})

test('a command id used for another command or by another actor is refused', async () => {
  const { tokens, store } = desk()
  const { token } = await personal(tokens)
  await tokens.edit(token.id, { name: 'first' }, { by: ada, id: 'offboarding' })
  await tokens.edit(token.id, { name: 'second' }, { by: ada, id: `left-in-may:${token.id}` })
  const wrong = (error) => error.code === 'bad_field' && error.field === '/id'
  await assert.rejects(tokens.revoke(token.id, { by: admin, id: 'offboarding' }), wrong)
  await assert.rejects(tokens.edit(token.id, { name: 'third' }, { by: admin, id: 'offboarding' }), wrong)
  const { revoked, failed } = await tokens.revokeWhere({ owner: 'ada' }, { by: admin, id: 'left-in-may' })
  assert.deepEqual([revoked, failed.map(({ code }) => code)], [0, ['bad_field']])
  assert.equal((await store.get(token.id)).revoked ?? null, null)
  assert.equal((await tokens.edit(token.id, { name: 'first' }, { by: ada, id: 'offboarding' })).repeated, true)
})

test('STO-01 a failing store is never a success, and the error names the command to repeat', async () => {
  const store = memory()
  const { tokens: calm } = desk({ store })
  const { token } = await personal(calm)
  const failure = new Error('the disk is full')
  const broken = {
    throws: () => { throw failure },
    rejects: () => Promise.reject(failure),
    'never resolves': () => new Promise(() => undefined),
    'answers nothing': async () => undefined,
    'answers garbage': async () => ({ outcome: 'perhaps' }),
    'answers true': async () => true,
  }
  for (const [how, commit] of Object.entries(broken)) {
    const { tokens } = desk({ store: instead(store, { commit }), timeout: 20 })
    await assert.rejects(tokens.lock(token.id, { by: admin, id: 'lock-1' }), (error) => {
      assert.ok(error instanceof StoreError, how)
      assert.deepEqual([error.code, error.command], ['store_unavailable', 'lock-1'], how)
      return true
    })
  }
  for (const get of [broken.throws, broken.rejects, broken['never resolves']]) {
    const { tokens } = desk({ store: instead(store, { get }), timeout: 20 })
    await assert.rejects(tokens.lock(token.id, { by: admin }), (error) => error instanceof StoreError && typeof error.command === 'string')
  }
  for (const garbage of [{}, { ...(await store.get(token.id)), digest: 'x' }, { ...(await store.get(token.id)), v: 99 }]) {
    const { tokens } = desk({ store: instead(store, { get: async () => garbage }) })
    const code = await refused(tokens.lock(token.id, { by: admin }))
    assert.ok(['corrupt_record', 'unsupported_record'].includes(code), code)
  }
  assert.equal((await store.get(token.id)).revision, 1)
})

test('a commit whose answer was lost is found out by giving the command again', async () => {
  const store = memory()
  const { tokens: calm } = desk({ store })
  const { token } = await personal(calm)
  let lost = true
  const { tokens } = desk({
    store: instead(store, {
      commit: async (change) => {
        const outcome = await store.commit(change)
        if (!lost) return outcome
        lost = false
        throw new Error('connection reset')
      },
    }),
  })
  const error = await tokens.revoke(token.id, { by: ada }).catch((error) => error)
  assert.ok(error instanceof StoreError)
  const again = await tokens.revoke(token.id, { by: ada, id: error.command })
  assert.equal(again.repeated, true)
  assert.equal((await store.trail(token.id)).length, 2)
})

test('STO-04 what a newer version wrote survives, and an unknown version is refused', async () => {
  const { tokens, store } = desk()
  const { token } = await personal(tokens)
  const record = { ...(await store.get(token.id)), ofTomorrow: { kept: [1, 'x'] } }
  const other = instead(store, { get: async () => record })
  let written
  const { tokens: later } = desk({ store: instead(other, { commit: async (change) => (written = change, { outcome: 'committed' }) }) })
  await later.edit(token.id, { name: 'other' }, { by: ada })
  assert.deepEqual(written.writes[0].record.ofTomorrow, { kept: [1, 'x'] })
})

test('JSS-01 what is handed in is read once, before anything is awaited', async () => {
  const { tokens } = desk()
  let read = 0
  const fields = { kind: 'personal', name: 'ERP sync', get grants() { return (read += 1) === 1 ? ['license:read'] : ['license:*'] } }
  const by = { id: 'ada', grants: ['license:read'] }
  const creating = tokens.create(fields, { by })
  by.grants.push('product:*')
  by.id = 'root'
  fields.name = 'other'
  const { token } = await creating
  assert.deepEqual([read, token.grants, token.name, token.owner], [1, ['license:read'], 'ERP sync', 'ada'])
  for (const wrong of [{ grants: [1n] }, { name: Symbol('x') }, { expiresAt: new Date() }, { name: '\ud800' }, { x: Number.NaN }]) {
    await assert.rejects(personal(tokens, wrong), (error) => error.code === 'invalid_data')
  }
  await assert.rejects(tokens.create(JSON.parse('{"kind":"personal","name":"y","__proto__":{"by":"root"}}'), { by: ada }), RequestError)
})

test('JSS-02 what stands on Object.prototype is nobody’s word', async () => {
  const { tokens } = desk()
  const { token } = await personal(tokens)
  Object.prototype.by = admin
  Object.prototype.system = true
  Object.prototype.repeated = true
  Object.prototype.writes = []
  Object.prototype.leak = true
  try {
    await assert.rejects(tokens.lock(token.id, {}), TypeError)
    await assert.rejects(tokens.find(token.id, {}), TypeError)
    await assert.rejects(tokens.revokeWhere({ owner: 'ada' }, {}), TypeError)
    assert.ok((await tokens.rotate(token.id, { by: ada })).token.previous.until > new Date(START).toISOString())
    assert.equal(await refused(tokens.lock(token.id, { by: { id: 'eve' } })), 'not_allowed')
  } finally {
    delete Object.prototype.by
    delete Object.prototype.system
    delete Object.prototype.repeated
    delete Object.prototype.writes
    delete Object.prototype.leak
  }
})

test('options of the wrong type are refused where they are written', () => {
  assert.throws(() => new Tokens({ policy: {}, store: memory() }), PolicyError)
  assert.throws(() => new Tokens({ policy: document }), TypeError)
  assert.throws(() => new Tokens({ policy: document, store: new Map() }), /no method commit/)
  assert.throws(() => new Tokens({ policy, store: memory(), timeout: 0 }), TypeError)
  assert.ok(new Tokens({ policy: JSON.stringify(document), store: memory() }).policy.kinds.length > 0)
})

test('preview says what would happen, and writes nothing', async () => {
  const { tokens, store } = desk()
  const { token } = await personal(tokens)
  const before = [await store.get(token.id), await store.trail(token.id), await store.outbox(10)]
  const shorter = await tokens.preview({ command: 'edit', token: token.id, set: { idleAfter: '31d' } }, { by: ada })
  assert.equal(shorter.refusal, null)
  assert.equal(shorter.token.idleAfter, '31d')
  assert.deepEqual(shorter.changes.idleAfter, { before: '45d', after: '31d' })
  assert.deepEqual(shorter.status, { before: 'active', after: 'active' })
  const forbidden = await tokens.preview({ command: 'lock', token: token.id }, { by: ada })
  assert.deepEqual([forbidden.refusal.code, forbidden.token, forbidden.changes], ['not_allowed', null, {}])
  const made = await tokens.preview({ command: 'create', kind: 'personal', name: 'y', grants: ['license:delete'] }, { by: admin })
  assert.deepEqual([made.token.name, made.warnings.length], ['y', 1])
  const renewed = await tokens.preview({ command: 'renew', token: token.id, name: 'z', endsAt: new Date(START + DAY).toISOString() }, { by: ada })
  assert.equal(renewed.successor.name, 'z')
  assert.ok(!/plaintext|sha256:[0-9a-f]{64}"?,?"?[^"]*digest/i.test(JSON.stringify([shorter, made, renewed])))
  assert.deepEqual([await store.get(token.id), await store.trail(token.id), await store.outbox(10)], before)
  assert.deepEqual((await store.list({ limit: 10 })).records.length, 1)
})

test('revokeWhere revokes those who are meant, and goes on where it ended', async () => {
  const { tokens, store, pass } = desk()
  const tenant = 'acme'
  const by = { ...admin, tenant }
  const make = (owner, name) => tokens.create({ kind: 'personal', name, owner, grants: ['license:read'] }, { by })
  for (let number = 0; number < 5; number += 1) await make('ada', `old ${number}`)
  await make('bob', 'old')
  await personal(tokens, { name: 'elsewhere' })
  pass(DAY)
  const { token: young } = await make('ada', 'young')
  const createdBefore = new Date(START + HOUR).toISOString()
  let next = null
  let revoked = 0
  do {
    const step = await tokens.revokeWhere({ owner: 'ada', createdBefore }, { by, reason: 'left', limit: 2, after: next })
    assert.deepEqual(step.failed, [])
    revoked += step.revoked
    next = step.next
  } while (next !== null)
  assert.equal(revoked, 5)
  const active = (await store.list({ tenant, status: 'active', now: new Date(START + DAY).toISOString(), limit: 100 })).records
  assert.deepEqual(active.map(({ name }) => name).sort(), ['old', 'young'])
  assert.equal((await store.list({ limit: 100 })).records.filter((record) => record.revoked).length, 0)
  assert.deepEqual(await tokens.revokeWhere({ owner: 'ada', createdBefore }, { by }), { revoked: 0, failed: [], next: null })
  const failed = await tokens.revokeWhere({ owner: 'ada' }, { by: { id: 'eve', tenant } })
  assert.deepEqual(failed.failed.map(({ token, code }) => [token, code]), [[young.id, 'not_allowed']])
  for (const where of [{}, { ownr: 'ada' }, { owner: 'ada', status: 'active' }]) {
    await assert.rejects(tokens.revokeWhere(where, { by }), (error) => error.code === 'invalid_data')
  }
  for (const where of [{ owner: 5 }, { owner: null }, { kind: ['personal'] }]) await assert.rejects(tokens.revokeWhere(where, { by }), TypeError)
  for (const limit of [0, -1, 1.5, '2']) await assert.rejects(tokens.revokeWhere({ owner: 'ada' }, { by, limit }), TypeError)
})
