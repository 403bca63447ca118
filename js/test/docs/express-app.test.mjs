// The application of examples/express-app, as somebody would run it.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { Policy } from 'portcullis'
import { unmapped } from 'portcullis/express'

const root = fileURLToPath(new URL('../..', import.meta.url))
const example = join(root, '../examples/express-app')
const policy = JSON.parse(readFileSync(join(example, 'policy.json'), 'utf8'))
const people = { ada: { id: 'ada', roles: [], grants: ['book:*'] }, bob: { id: 'bob', roles: [], grants: ['book:read'] } }

// Inside the package, so that its name and that of the framework lead somewhere.
const folder = mkdtempSync(join(root, 'test/example-'))
let app
let server
let url

before(async () => {
  cpSync(example, folder, { recursive: true, filter: (file) => !file.endsWith('package.json') })
  const { application } = await import(pathToFileURL(join(folder, 'app.js')))
  app = application({ policy, file: join(folder, 'tokens.db'), signedIn: (req) => people[req.get('x-test-person')] ?? null })
  await new Promise((done) => (server = app.listen(0, '127.0.0.1', done)))
  url = `http://127.0.0.1:${server.address().port}`
})
after(() => {
  server.close()
  server.closeAllConnections()
  rmSync(folder, { recursive: true, force: true })
})

const settings = (method, path, person, body) => fetch(`${url}/settings/tokens${path}`, {
  method,
  headers: { 'content-type': 'application/json', ...(person === undefined ? {} : { 'x-test-person': person }) },
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
})
const read = (plaintext) => fetch(`${url}/v1/books/42`, { headers: { authorization: `Bearer ${plaintext}` } })

test('the example: a user creates a token, uses it and revokes it', async () => {
  assert.equal((await settings('POST', '', undefined, {})).status, 401)
  const made = await settings('POST', '', 'ada', { name: 'reader', grants: ['book:read'], owner: 'root', by: { id: 'root', roles: ['admin'] } })
  assert.equal(made.status, 201)
  const { id, plaintext } = await made.json()
  assert.deepEqual(await (await read(plaintext)).json(), { book: '42', reader: 'ada' })
  const refused = await settings('DELETE', `/${id}`, 'bob')
  assert.equal(refused.status, 422)
  assert.equal((await read(plaintext)).status, 200)
  assert.equal((await settings('DELETE', `/${id}`, 'ada')).status, 204)
  assert.equal((await read(plaintext)).status, 401, 'at once: the gate keeps no record')
})

test('the example: no user grants more than they hold, or creates more tokens than the policy allows', async () => {
  const wide = await settings('POST', '', 'bob', { name: 'writer', grants: ['book:*'] })
  assert.deepEqual([wide.status, (await wide.json()).code], [422, 'scope_ceiling'])
  const codes = []
  for (const name of ['one', 'two', 'three']) codes.push((await (await settings('POST', '', 'bob', { name, grants: ['book:read'] })).json()).code)
  assert.deepEqual(codes, [undefined, undefined, 'limit_reached'])
})

test('the example: its policy has no lints and covers the guarded routes', () => {
  assert.deepEqual(new Policy(policy).lints, [])
  assert.deepEqual(unmapped(app, new Policy(policy)), ['POST /settings/tokens', 'DELETE /settings/tokens/:id'])
})

test('the example: it starts as its README says', async () => {
  const child = spawn(process.execPath, ['start.js', '0'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const { value: line } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next()
    const [, here] = /^listening on (http:.*)$/.exec(line)
    const body = JSON.stringify({ name: 'reader', grants: ['book:read'] })
    const made = await fetch(`${here}/settings/tokens`, { method: 'POST', headers: { 'x-person': 'ada', 'content-type': 'application/json' }, body })
    const { plaintext } = await made.json()
    assert.equal((await fetch(`${here}/v1/books/42`, { headers: { authorization: `Bearer ${plaintext}` } })).status, 200)
    assert.equal((await fetch(`${here}/settings/tokens`, { method: 'POST', body })).status, 401)
  } finally {
    child.kill()
  }
})
