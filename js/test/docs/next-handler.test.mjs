// The handlers of examples/next-handler, in Node, and its middleware, in Vercel's edge runtime.
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { EdgeRuntime } from 'edge-runtime'
import { build } from 'esbuild'
import { Policy } from 'portcullis'
import { unmapped } from 'portcullis/next'

import { edgeBundle } from '../../package/edge-runtime.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
// Inside the package, so that its name leads somewhere.
const folder = mkdtempSync(join(root, 'test/example-'))
const policy = JSON.parse(readFileSync(join(root, '../examples/next-handler/policy.json'), 'utf8'))
const ROUTES = { books: 'app/v1/books/[id]/route.js', tokens: 'app/settings/tokens/route.js', token: 'app/settings/tokens/[id]/route.js' }

/** A Redis that is asked over HTTP, as far as the example asks it. */
const kept = new Map()
let down = false
const redis = createServer(async (request, response) => {
  const [word, key, value] = JSON.parse(await text(request))
  if (down || request.headers.authorization !== 'Bearer key of the store') return response.writeHead(down ? 503 : 401).end()
  if (word === 'SET') kept.set(key, value)
  response.end(JSON.stringify({ result: word === 'SET' ? 'OK' : (kept.get(key) ?? null) }))
})

let routes
let edge

before(async () => {
  cpSync(join(root, '../examples/next-handler'), folder, { recursive: true, filter: (file) => !file.endsWith('package.json') })
  await new Promise((done) => redis.listen(0, '127.0.0.1', done))
  const env = { KV_REST_API_URL: `http://127.0.0.1:${redis.address().port}`, KV_REST_API_TOKEN: 'key of the store', TOKENS_FILE: join(folder, 'tokens.db') }
  const define = Object.fromEntries(Object.entries(env).map(([name, value]) => [`process.env.${name}`, JSON.stringify(value)]))
  const exported = Object.entries(ROUTES).map(([name, file]) => `export * as ${name} from './${file}'\n`)
  writeFileSync(join(folder, 'node.js'), `${exported.join('')}export { sessions } from './lib/session.js'\nexport { gate, store } from './lib/tokens.js'\n`)
  await build({ entryPoints: [join(folder, 'node.js')], bundle: true, format: 'esm', platform: 'node', packages: 'external', define, outfile: join(folder, 'node.mjs') })
  routes = await import(pathToFileURL(join(folder, 'node.mjs')))
  routes.sessions.set('s1', { id: 'ada', grants: ['book:read'] }).set('s2', { id: 'bob', grants: ['book:read'] })
  // What Next does around a middleware: nothing returned means that the handler is next.
  writeFileSync(join(folder, 'edge.js'), `import { middleware } from './middleware.js'
    addEventListener('fetch', (event) => event.respondWith(
      middleware(event.request, event).then((response) => response ?? new Response(null, { headers: { 'x-middleware-next': '1' } }))))`)
  const { code, module } = await edgeBundle(join(folder, 'edge.js'), define)
  edge = new EdgeRuntime({ initialCode: code, extend: (context) => Object.assign(context, { wasm_portcullis: module }) })
})
after(async () => {
  await routes?.store.close?.()
  redis.close()
  redis.closeAllConnections()
  rmSync(folder, { recursive: true, force: true })
})

/** A request as Next passes it on: first to the middleware where it matches, then to the handler. */
async function asked(url, { params = {}, handler, ...init }) {
  const request = () => new Request(`http://localhost:3000${url}`, init)
  if (url.startsWith('/v1/')) {
    const first = await edge.dispatchFetch(`http://localhost:3000${url}`, init)
    if (first.headers.get('x-middleware-next') !== '1') return first
  }
  return handler(request(), { params: Promise.resolve(params) })
}

const signed = (session) => ({ cookie: `theme=dark; session=${session}` })
const make = (session, body) => asked('/settings/tokens', { method: 'POST', headers: signed(session), body: JSON.stringify(body), handler: routes.tokens.POST })
const revoke = (session, id) => asked(`/settings/tokens/${id}`, { method: 'DELETE', headers: signed(session), params: { id }, handler: routes.token.DELETE })
const read = (plaintext, handler = routes.books.GET) => asked('/v1/books/42', { headers: plaintext === undefined ? {} : { authorization: `Bearer ${plaintext}` }, params: { id: '42' }, handler })
const unreached = () => assert.fail('the middleware let it through')

test('the example for Next: a user creates a token, uses it and revokes it', async () => {
  assert.equal((await make('nobody', {})).status, 401)
  const made = await make('s1', { name: 'reader', grants: ['book:read'], owner: 'root' })
  assert.equal(made.status, 201)
  const { id, plaintext } = await made.json()
  assert.deepEqual(await (await read(plaintext)).json(), { book: '42', reader: 'ada' })
  assert.equal((await revoke('s2', id)).status, 422, 'another person')
  assert.equal((await read(plaintext)).status, 200)
  assert.equal((await revoke('s1', id)).status, 204)
  const denied = await read(plaintext, unreached)
  assert.deepEqual([denied.status, (await denied.json()).code], [401, 'revoked'])
})

test('the example for Next: the middleware answers denials before the handler runs, even when its copy is down', async () => {
  assert.equal((await read(undefined, unreached)).status, 401)
  const { plaintext } = await (await make('s1', { name: 'second', grants: ['book:read'] })).json()
  down = true
  assert.equal((await read(plaintext, unreached)).status, 503)
  down = false
  assert.equal((await read(plaintext)).status, 200)
})

test('EDG-01 the example for Next: a handler denies what a lagging copy would let through', async () => {
  const { id, plaintext } = await (await make('s2', { name: 'late', grants: ['book:read'] })).json()
  down = true
  assert.equal((await revoke('s2', id)).status, 204, 'a command does not fail with its copy')
  down = false
  let asks = 0
  const { status } = await read(plaintext, (...all) => (asks++, routes.books.GET(...all)))
  assert.deepEqual([status, asks], [401, 1], 'the middleware did not know yet')
  assert.deepEqual(await routes.store.catchUp(), { published: 1, failed: [] })
  assert.equal((await read(plaintext, unreached)).status, 401)
})

test('the example for Next: its policy covers the guarded routes and has no lints', () => {
  assert.deepEqual(new Policy(policy).lints, [])
  assert.deepEqual(unmapped({ [ROUTES.books]: routes.books }, routes.gate), [])
})
