import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'

import { Gate } from 'portcullis'
import { memory } from 'portcullis/memory'
import { sqlite } from 'portcullis/sqlite'

import { ada, admin, DAY, desk, document, instead, personal, refused, START } from '../support/fixtures.mjs'
import { offering } from './renewal-fixtures.mjs'

test('an overview has the rows that the actor may see, page by page', async () => {
  const { tokens, at } = desk()
  for (let number = 0; number < 3; number += 1) await personal(tokens, { name: `token ${number}` })
  const bob = { id: 'bob', grants: ['license:*'] }
  const { token } = await personal(tokens, { name: 'of bob' }, { by: bob })
  const names = async (query, by) => (await tokens.overview(query, { by })).rows.map(({ name }) => name)
  assert.deepEqual(await names({}, admin), ['of bob', 'token 0', 'token 1', 'token 2'])
  assert.deepEqual(await names({}, ada), ['token 0', 'token 1', 'token 2'])
  assert.deepEqual(await names({}, { id: 'eve' }), [])
  assert.deepEqual(await names({ owner: 'bob' }, admin), ['of bob'])
  assert.deepEqual(await names({ owner: ['bob', 'eve'], kind: 'personal' }, admin), ['of bob'])
  assert.deepEqual(await names({ search: 'N 1' }, admin), ['token 1'])
  assert.deepEqual(await names({ sort: { by: 'name', descending: true } }, ada), ['token 2', 'token 1', 'token 0'])
  await tokens.revoke(token.id, { by: bob })
  const found = []
  for (let next = null; ; ) {
    const page = await tokens.overview({ limit: 3, after: next, status: ['active', 'revoked'] }, { by: admin })
    found.push(...page.rows.map(({ status }) => status))
    next = page.next
    if (next === null) break
  }
  assert.deepEqual(found.sort(), ['active', 'active', 'active', 'revoked'])
  assert.deepEqual(await names({ status: 'revoked' }, admin), ['of bob'])
  at(START + 46 * DAY)
  assert.deepEqual(await names({ status: 'idle' }, admin), ['token 0', 'token 1', 'token 2'])
  assert.deepEqual(await names({ status: 'active' }, admin), [])
  assert.equal((await tokens.find(token.id, { by: bob })).revoked.by, 'bob')
})

test('CST-05 a thousand of the largest tokens in one tenant are listed, changed and verified', async () => {
  const { tokens } = desk()
  const by = { ...admin, tenant: 'acme' }
  const large = (number, length) => {
    const applications = Array.from({ length }, () => '"'.repeat(256))
    return personal(tokens, { name: `token ${number}`, owner: `owner ${number}`, applications }, { by })
  }
  let length = 128
  while ((await refused(large(0, length))) === 'bad_field') length -= 1
  assert.ok(length > 100 && length < 128, `${length} applications`)
  const made = []
  for (let number = 1; number < 1_000; number += 1) made.push((await large(number, length)).token.id)

  const found = []
  let pages = 0
  for (let after; after !== null; pages += 1) {
    const { rows, next } = await tokens.overview({ after, limit: 500 }, { by })
    found.push(...rows.map(({ name }) => name))
    after = next
  }
  assert.deepEqual(found.sort(), Array.from({ length: 1_000 }, (_, number) => `token ${number}`).sort())
  assert.ok(pages > 2 && pages < 20, `${pages} pages`)

  for (const id of [made[0], made[499], made.at(-1)]) {
    const { owner } = await tokens.find(id, { by })
    const holder = { id: owner, tenant: 'acme', grants: ['license:*'] }
    await tokens.edit(id, { name: `${id} renamed`, description: '"'.repeat(2_048) }, { by })
    await tokens.lock(id, { by, reason: '"'.repeat(256) })
    await tokens.unlock(id, { by })
    await tokens.extend(id, { by })
    await tokens.rotate(id, { by: holder })
    const { successor } = await tokens.renew(id, { name: `${id} renewed`, endsAt: new Date(START + DAY).toISOString() }, { by })
    assert.equal((await tokens.find(successor.id, { by })).name, `${id} renewed`)
    await tokens.revoke(id, { by })
    assert.equal((await tokens.trail(id, { by })).verified, true)
    await tokens.delete(id, { by })
    const { verified, events } = await tokens.trail(id, { by })
    assert.deepEqual([verified, events.length], [true, 9])
  }
})

test('STO-07 an actor who may not see a token learns nothing of it', async () => {
  const { tokens } = desk()
  const acme = { ...admin, tenant: 'acme' }
  const { token } = await tokens.create({ kind: 'personal', name: 'x', owner: 'ada', grants: ['license:read'] }, { by: acme })
  const nobody = await tokens.find('nobody0000000000', { by: acme }).catch((error) => ({ ...error, message: error.message }))
  assert.equal(nobody.code, 'unknown')
  for (const by of [{ id: 'eve', tenant: 'acme' }, admin, { ...admin, tenant: 'other' }, { id: 'ada' }]) {
    for (const reading of [tokens.find(token.id, { by }), tokens.trail(token.id, { by })]) {
      const error = await reading.catch((error) => ({ ...error, message: error.message }))
      assert.deepEqual(error, nobody)
    }
    assert.deepEqual((await tokens.overview({}, { by })).rows, [])
  }
  assert.equal(await refused(tokens.overview({ tenant: 'acme' }, { by: admin })), 'unknown')
  assert.equal((await tokens.find(token.id, { by: { id: 'ada', tenant: 'acme' } })).id, token.id)
  await tokens.revoke(token.id, { by: acme })
  await tokens.delete(token.id, { by: acme })
  assert.equal((await tokens.trail(token.id, { by: acme })).verified, true)
  assert.equal(await refused(tokens.trail(token.id, { by: { id: 'eve', tenant: 'acme' } })), 'unknown')
  assert.equal(await refused(tokens.find(token.id, { by: acme })), 'unknown')
})

test('TIM-07 a token in use does not go idle, because the gate touches it', async () => {
  for (const store of [memory(), sqlite(':memory:')]) {
    const { tokens, pass } = desk({ store })
    let now = START
    const gate = new Gate({ policy: tokens.policy, tokens: store, now: () => now })
    const { token, plaintext } = await personal(tokens)
    const ask = async () => {
      const headers = { authorization: `Bearer ${plaintext}` }
      const { reason } = await gate.check(new Request('https://api.test/licenses/1', { headers }))
      // The gate notes it after the answer.
      await new Promise((done) => setTimeout(done, 20))
      return reason
    }
    for (let used = 0; used < 3; used += 1) {
      now += 44 * DAY
      pass(44 * DAY)
      assert.equal(await ask(), null)
      const { lastUsedAt, secretUsedAt, endsAt, dueAt, revision } = await store.get(token.id)
      assert.deepEqual([lastUsedAt, revision], [new Date(now).toISOString(), 1])
      assert.equal(secretUsedAt, new Date(START + 44 * DAY).toISOString())
      assert.ok(Date.parse(endsAt) > now + 44 * DAY || endsAt === token.expiresAt)
      assert.ok(dueAt > lastUsedAt)
      assert.deepEqual((await store.due(lastUsedAt, 10)).records, [])
    }
    now += 46 * DAY
    assert.ok(['idle', 'expired'].includes(await ask()))
    await store.close?.()
  }
})

test('reach returns the instances on which a token holds a permission', async () => {
  const { tokens } = desk({ policy: { ...document, resources: { ...document.resources, base: { instances: true } } } })
  const { token } = await tokens.create({ kind: 'personal', name: 'x', grants: ['base/b:read', 'base/a:read', 'license:read'] }, { by: admin })
  assert.deepEqual(await tokens.reach(token.id, 'base:read'), { reach: 'some', instances: ['a', 'b'] })
  assert.deepEqual(await tokens.reach(token.id, 'license:read'), { reach: 'all', instances: [] })
  assert.deepEqual(await tokens.reach(token.id, 'base:delete'), { reach: 'none', instances: [] })
  assert.equal(await refused(tokens.reach('nobody0000000000', 'base:read')), 'unknown')
})

test('notices become letters, grouped by owner', async () => {
  const { tokens, at } = desk()
  for (let number = 0; number < 3; number += 1) await personal(tokens, { name: `token ${number}` })
  at(START + 35 * DAY)
  await tokens.sweep()
  const notices = await tokens.outbox()
  const letters = tokens.letters(notices)
  assert.equal(letters.length, 1)
  assert.equal(letters[0].tokens.length, 3)
  assert.deepEqual([...letters[0].keys].sort(), notices.map(({ key }) => key).sort())
  assert.ok(letters[0].text.de.length > 0 && letters[0].text.en.includes('token 2'))
  await tokens.acknowledge(letters[0].keys)
  assert.deepEqual(await tokens.outbox(), [])
})

test('TOK-07 nothing that is returned shows a secret or a digest', async () => {
  const { tokens, store, pass, plaintext, key, id, offer } = await offering({ auditKey: new Uint8Array(32).fill(7) })
  const shown = [tokens, tokens.policy, store, offer, { ...offer }]
  const hidden = [plaintext, plaintext.slice(-38, -6), key]
  const keep = async (giving) => {
    const value = await giving.catch((error) => error)
    shown.push(value)
    if (typeof value?.plaintext === 'string') hidden.push(value.plaintext, value.plaintext.slice(-38, -6))
    const record = await store.get(id)
    const digests = [record?.digest, record?.previous?.digest, record?.renewal?.offer?.digest].filter((digest) => digest)
    for (const digest of digests) hidden.push(digest, digest.replace('sha256:', ''))
    return value
  }
  await keep(tokens.preview({ command: 'rotate', token: id }, { by: ada }))
  await keep(tokens.redeem({ plaintext, key: 'x' }))
  await keep(tokens.redeem({ plaintext: `${plaintext}x`, key }))
  await keep(tokens.redeem({ plaintext, key, more: plaintext }))
  const redeemed = await keep(tokens.redeem({ plaintext, key }))
  await keep(tokens.redeem({ plaintext, key }))
  await keep(tokens.rotate({ plaintext: redeemed.plaintext }, { grace: plaintext }))
  await keep(tokens.rotate(id, { by: ada }))
  await keep(tokens.edit(id, { name: 'x' }, { by: ada }))
  await keep(tokens.edit(id, { nme: plaintext }, { by: ada }))
  await keep(tokens.create({ kind: plaintext, name: 'x' }, { by: ada }))
  await keep(tokens.renew(id, { name: 'next', endsAt: new Date(START + 100 * DAY).toISOString() }, { by: ada }))
  await keep(tokens.overview({}, { by: ada }))
  await keep(tokens.trail(id, { by: ada }))
  await keep(tokens.outbox())
  await keep(tokens.revokeWhere({ owner: 'ada' }, { by: ada }))
  pass(60 * DAY)
  await keep(tokens.sweep())
  await keep(tokens.outbox().then((notices) => tokens.letters(notices)))
  await keep(tokens.delete(id, { by: ada }))
  assert.ok(hidden.length > 12)
  for (const value of shown) {
    const said = [inspect(value, { depth: null, maxStringLength: null, maxArrayLength: null }), JSON.stringify(value) ?? '', String(value)]
    if (value instanceof Error) said.push(value.stack, value.message, inspect({ ...value }, { depth: null }))
    for (const text of said) for (const secret of hidden) assert.ok(!text.includes(secret), `${said[0].slice(0, 400)}`)
  }
})

