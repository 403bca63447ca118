// The worker of examples/cloudflare-worker, in two places of the same network: one where commands are given, one where
// requests come in. Between them is what is between two of Cloudflare's: D1 and KV, and no memory.
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { Miniflare } from 'miniflare'
import { Policy, Tokens } from 'portcullis'
import { createTables, d1 } from 'portcullis/d1'
import { kv, mirrored } from 'portcullis/kv'

import { bundled } from '../../package/workerd.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const example = join(root, '../examples/cloudflare-worker')
const config = JSON.parse(readFileSync(join(example, 'wrangler.json'), 'utf8'))
const policy = JSON.parse(readFileSync(join(example, 'policy.json'), 'utf8'))
const ADMIN_KEY = 'a key of sixteen characters or more'
const STALENESS = Number(/maxStaleness: ([\d_]+)/.exec(readFileSync(join(example, 'worker.js'), 'utf8'))[1].replace('_', ''))

// Inside the package, so that its name leads somewhere.
const folder = mkdtempSync(join(root, 'test/example-'))
let network
let [home, edge] = []
let env

before(async () => {
  cpSync(example, folder, { recursive: true, filter: (file) => !file.endsWith('package.json') })
  const place = {
    modules: await bundled(join(folder, config.main)),
    compatibilityDate: config.compatibility_date,
    kvNamespaces: Object.fromEntries(config.kv_namespaces.map(({ binding }) => [binding, binding])),
    d1Databases: Object.fromEntries(config.d1_databases.map(({ binding }) => [binding, binding])),
    bindings: { ADMIN_KEY },
    outboundService: (request) => Response.json({ path: new URL(request.url).pathname, owner: request.headers.get('x-portcullis-owner') }),
  }
  network = new Miniflare({ workers: [{ name: 'home', ...place }, { name: 'edge', ...place }] })
  home = await network.getWorker('home')
  edge = await network.getWorker('edge')
  env = { DB: await network.getD1Database('DB', 'home'), TOKENS: await network.getKVNamespace('TOKENS', 'home') }
  await createTables(env.DB)
})
after(async () => {
  await network?.dispose()
  rmSync(folder, { recursive: true, force: true })
})

const admin = (method, path = '', body, key = ADMIN_KEY) => home.fetch(`http://api.example.com/admin/tokens${path}`, {
  method,
  headers: { 'x-admin-key': key },
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
})
const make = async (owner, name) => (await admin('POST', '', { owner, name, grants: ['book:read'] })).json()
const read = (plaintext, at = edge) => at.fetch('http://api.example.com/v1/books/42', { headers: { authorization: `Bearer ${plaintext}` } })

/** Milliseconds until a token is denied at the edge, asked every 20. */
async function denied(plaintext) {
  const began = performance.now()
  for (;;) {
    const { status } = await read(plaintext)
    if (status === 401) return Math.round(performance.now() - began)
    assert.equal(status, 200)
    assert.ok(performance.now() - began < STALENESS + 5000, 'it is still allowed')
    await wait(20)
  }
}

test('the example: a token created in one place works in another at once', async () => {
  const { plaintext } = await make('erp', 'sync')
  const response = await read(plaintext)
  assert.deepEqual([response.status, await response.json()], [200, { path: '/v1/books/42', owner: 'erp' }])
  assert.equal((await edge.fetch('http://api.example.com/v1/books/42')).status, 401)
  const { status } = await edge.fetch('http://api.example.com/v1/books', { method: 'POST', headers: { authorization: `Bearer ${plaintext}` } })
  assert.equal(status, 403)
})

test('the example: only administrators list and create tokens', async () => {
  for (const key of ['', 'guess', `${ADMIN_KEY}x`]) assert.equal((await admin('GET', '', undefined, key)).status, 401)
  const { id } = await make('list', 'one')
  const { rows } = await (await admin('GET')).json()
  assert.ok(rows.some((row) => row.id === id))
  const refused = await admin('POST', '', { owner: 'erp', name: 'x', grants: ['planet:read'] })
  assert.deepEqual([refused.status, (await refused.json()).code], [422, 'unknown_scope'])
  assert.equal((await admin('DELETE', '/nobody')).status, 422)
  assert.equal((await admin('PUT', '')).status, 404)
})

test('EDG-01 the example: a revocation reaches a gate in another place within maxStaleness', async (t) => {
  const made = await Promise.all(Array.from({ length: 4 }, (_, number) => make(`measured ${number}`, 'revoked')))
  const delays = await Promise.all(made.map(async ({ id, plaintext }, number) => {
    assert.equal((await read(plaintext)).status, 200)
    // Kept from here on, so that they are found at different ages.
    await wait((number * STALENESS) / 4)
    assert.equal((await admin('DELETE', `/${id}`)).status, 204)
    assert.equal((await read(plaintext, home)).status, 401, 'where nothing was kept it counts at once')
    return denied(plaintext)
  }))
  t.diagnostic(`denied at the edge ${delays.join(', ')} ms after the revocation was confirmed; maxStaleness is ${STALENESS} ms`)
  assert.ok(Math.max(...delays) < STALENESS + 1000, delays.join())
})

test('EDG-01 the example: the schedule publishes what did not reach KV', async () => {
  const { id, plaintext } = await make('late', 'revoked')
  // A process that died ten minutes ago, before it published.
  const dead = mirrored(d1(env.DB), { publish: () => new Promise(() => undefined) }, { patience: 1, now: () => Date.now() - 600_000 })
  await new Tokens({ policy, store: dead }).revoke(id, { by: { id: 'root', roles: ['admin'] } })
  assert.equal((await read(plaintext)).status, 200, 'KV knows nothing of it')
  const { outcome } = await home.scheduled({ cron: config.triggers.crons[0] })
  assert.equal(outcome, 'ok')
  assert.equal(JSON.parse(await kv(env.TOKENS).get(id)).revision, 2)
  assert.equal((await read(plaintext, home)).status, 401)
  assert.deepEqual(await d1(env.DB).outbox(10), [])
})

test('the example: touches are written to D1 and published', async () => {
  const { id, plaintext } = await make('used', 'used')
  assert.equal((await read(plaintext)).status, 200)
  let record = {}
  for (let tries = 0; tries < 100 && record.lastUsedAt === undefined; tries++) {
    await wait(50)
    record = JSON.parse(await kv(env.TOKENS).get(id))
  }
  assert.equal(record.lastUsedAt, (await d1(env.DB).get(id)).lastUsedAt)
  assert.ok(Math.abs(Date.parse(record.lastUsedAt) - Date.now()) < 60_000)
})

test('the example: its policy has no lints', () => {
  assert.deepEqual(new Policy(policy).lints, [])
})
