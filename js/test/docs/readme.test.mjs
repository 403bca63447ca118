import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { Gate, Policy } from 'portcullis'
import { createTables } from 'portcullis/d1'
import { memory } from 'portcullis/memory'

import { inWorkerd } from '../../package/workerd.mjs'
import { document as acme, token } from '../support/acme.mjs'
import { bare } from '../store/edge/workerd.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The examples of a page in one language, in their order. */
function examples(page, language = 'js') {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, code]) => code)
}

const [edge, node, life] = examples('README.md')
const [stream, direct] = examples('docs/gate.md')
const [cloudflare, conformance] = examples('docs/stores.md')
const [onExpress, onHono, onFastify, onNext] = examples('docs/frameworks.md')

const document = { ...acme, resources: { book: {} }, routes: [{ crud: '/books', needs: 'book' }] }
const policy = new Policy(document)
const ada = token({ grants: ['book:read'], createdAt: '2026-01-01T00:00:00.000Z', expiresAt: '2099-01-01T00:00:00.000Z' }, policy)

// Inside the package, so that its own name leads to it.
const folder = mkdtempSync(join(root, 'test/readme-'))
after(() => rmSync(folder, { recursive: true }))
writeFileSync(join(folder, 'policy.json'), JSON.stringify(document))

function written(name, code) {
  writeFileSync(join(folder, name), code)
  return join(folder, name)
}

test('the example in TypeScript compiles', () => {
  const [code] = examples('docs/typescript.md', 'ts')
  const file = written('typed.ts', code)
  const tsc = ['--ignoreConfig', '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2023,dom,esnext.disposable', file]
  const { status, stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), tsc, { encoding: 'utf8' })
  assert.equal(status, 0, stdout)
})

test('the example for the edge runs in workerd', async () => {
  const ask = (method, expected) => inWorkerd(written('edge.mjs', edge), {
    path: '/books/42',
    method,
    headers: { authorization: ada.bearer, 'x-portcullis-owner': 'root' },
    records: { [ada.id]: JSON.stringify(ada.record) },
    origin: (request) => new Response(`the origin sees ${request.headers.get('x-portcullis-owner')}`),
    expected,
  })
  assert.equal(await ask('GET', 200), 'the origin sees ada')
  assert.equal(JSON.parse(await ask('DELETE', 403)).code, 'insufficient_scope')
})

test('the example for Node serves', async () => {
  const { serve } = await import(pathToFileURL(written('node.mjs', node)))
  const server = serve(document, new Map([[ada.id, ada.record]]))
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${server.address().port}/books/42`
  try {
    assert.equal(await (await fetch(url, { headers: { authorization: ada.bearer } })).text(), 'hello ada')
    assert.equal((await fetch(url)).status, 401)
  } finally {
    server.close()
    server.closeAllConnections()
  }
})

test('the example without a request decides', async () => {
  const { ask } = await import(pathToFileURL(written('direct.mjs', direct)))
  assert.equal(ask(document, ada.record, ada.bearer), 'allowed')
  assert.equal(ask(document, JSON.stringify({ ...ada.record, grants: [] }), ada.bearer), 'insufficient_scope')
})

test('the example of a token\'s lifecycle runs', async () => {
  const { open, issue, stop } = await import(pathToFileURL(written('life.mjs', life)))
  const may = { create: ['admin'], lock: ['admin'], revoke: ['owner', 'admin'] }
  const kinds = { personal: { prefix: 'ac_pat', lifetime: { default: '180d', max: '365d' }, lockable: true, may } }
  const desk = open({ ...document, roles: { admin: { unlimited: true } }, kinds }, join(folder, 'tokens.db'))
  const admin = { id: 'root', roles: ['admin'] }
  const { id, plaintext } = await issue(desk, admin)
  const reason = async () => {
    const headers = { authorization: `Bearer ${plaintext}` }
    return (await desk.gate.check(new Request('https://api.test/books/42', { headers }))).reason
  }
  assert.equal(await reason(), null)
  await stop(desk, id, admin)
  assert.equal(await reason(), 'locked')
})

test('the example of the conformance suite tries a store', async () => {
  const { check } = await import(pathToFileURL(written('conformance.mjs', conformance)))
  assert.deepEqual(await check(memory), [])
})

test('the example for Cloudflare: a revocation in D1 reaches the copy in KV', async () => {
  const { open, scheduled } = await import(pathToFileURL(written('cloudflare.mjs', cloudflare)))
  const workerd = bare({ d1Databases: ['DB'], kvNamespaces: ['TOKENS'] })
  try {
    const env = { DB: await workerd.getD1Database('DB'), TOKENS: await workerd.getKVNamespace('TOKENS') }
    await createTables(env.DB)
    const { gate, tokens } = open(document, env)
    const { token, plaintext } = await tokens.create({ kind: 'personal', owner: 'ada', name: 'sync', grants: ['book:read'] }, { by: { system: true } })
    const ask = async () => (await gate.check(new Request('http://api.test/books/42', { headers: { authorization: `Bearer ${plaintext}` } }))).reason
    assert.equal(await ask(), null)
    await tokens.revoke(token.id, { by: { id: 'ada' } })
    assert.equal(await ask(), 'revoked')
    assert.deepEqual(await scheduled(tokens, env), { published: 0, failed: [] })
  } finally {
    await workerd.dispose()
  }
})

/** What an example answers to somebody who may read books, to nobody, and to somebody who wants to delete one. */
async function asked(fetch) {
  const headers = { authorization: ada.bearer }
  const url = 'http://api.test/books/42'
  const answers = [await fetch(url, { headers }), await fetch(url), await fetch(url, { method: 'DELETE', headers })]
  return [await answers[0].json(), ...answers.map(({ status }) => status)]
}

const records = new Map([[ada.id, ada.record]])

test('the example for Express serves', async () => {
  const { api } = await import(pathToFileURL(written('express.mjs', onExpress)))
  const server = createServer(api(document, records))
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const here = `http://127.0.0.1:${server.address().port}`
  assert.deepEqual(await asked((url, init) => fetch(url.replace('http://api.test', here), init)), [{ owner: 'ada' }, 200, 401, 403])
  server.close()
  server.closeAllConnections()
})

test('the example for Hono runs in workerd', async () => {
  const ask = (init, expected) => inWorkerd(written('hono.mjs', onHono), { path: '/books/42', records: { [ada.id]: JSON.stringify(ada.record) }, expected, ...init })
  const headers = { authorization: ada.bearer }
  assert.deepEqual(JSON.parse(await ask({ headers }, 200)), { owner: 'ada' })
  assert.equal(JSON.parse(await ask({}, 401)).code, 'missing')
  assert.equal(JSON.parse(await ask({ headers, method: 'DELETE' }, 403)).code, 'insufficient_scope')
})

test('the example for Fastify serves', async () => {
  const { api } = await import(pathToFileURL(written('fastify.mjs', onFastify)))
  const app = await api(document, records)
  const inject = async (url, { method = 'GET', headers = {} } = {}) => {
    const { statusCode, payload } = await app.inject({ url, method, headers })
    return new Response(payload, { status: statusCode })
  }
  assert.deepEqual(await asked(inject), [{ owner: 'ada' }, 200, 401, 403])
})

test('the example for Next answers', async () => {
  const { handlers } = await import(pathToFileURL(written('next.mjs', onNext)))
  const { GET } = handlers(document, records)
  const call = (url, init) => GET(new Request(url, init), { params: Promise.resolve({ id: '42' }) })
  assert.deepEqual(await asked(call), [{ id: '42', owner: 'ada' }, 200, 401, 403])
})

test('the example of a stream ends with the token', async () => {
  const { stream: serve } = await import(pathToFileURL(written('stream.mjs', stream)))
  let record = ada.record
  const gate = new Gate({ policy, maxStaleness: 50, tokens: () => record })
  const server = createServer((req, res) => serve(gate, req, res))
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${server.address().port}/books/42`
  assert.equal((await fetch(url)).status, 401)
  const response = await fetch(url, { headers: { authorization: ada.bearer } })
  record = { ...record, revision: 2, revoked: { by: 'ada', at: '2026-02-01T00:00:00.000Z', reason: 'lost' } }
  assert.equal(await response.text(), 'data: hello\n\nevent: over\ndata: revoked\n\n')
  server.close()
  server.closeAllConnections()
})

test('the README of the project shows the same examples, and its policy has no lints', () => {
  assert.deepEqual(examples('../README.md'), [edge, node, life])
  const [written] = examples('../README.md', 'json')
  assert.deepEqual(new Policy(written).lints, [])
})
