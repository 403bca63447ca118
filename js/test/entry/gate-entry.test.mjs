// The module that only decides is alone here until one of the tests brings the whole one in: mind their order.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Gate, Policy } from 'portcullis/gate'
import * as deciding from 'portcullis/gate'

import { provide } from '../../dist/module/engine.js'
import { ask } from '../../dist/module/query.js'
import { load } from '../vectors/files.mjs'
import { answer } from '../vectors/run.mjs'

const DECIDING = ['decisions', 'policies', 'subjects']
const [fixtures, written, drawn] = load()
const files = [...written, ...drawn].filter(([, { kind = 'decisions' }]) => DECIDING.includes(kind))

/** Without what a module that only decides does not know: when time asks for the next command, and lints. */
const known = (line) => line.replace(/"dueAt":("[^"]*"|null)/, '"dueAt":null').replace(/"lints":\[[^\]]*\]/, '"lints":[]')
const unknown = /: \/touch\/dueAt: expected "[^"]+", not null$|: expected the lint \{/

const policy = new Policy({
  portcullis: 1,
  name: 'library',
  realm: 'Library API',
  resources: { book: {} },
  routes: [{ crud: '/books', needs: 'book' }],
  kinds: { personal: { prefix: 'lib_pat', may: { create: ['owner'], revoke: ['owner'] } } },
})
const { id, digest, plaintext } = policy.mint('personal')
const record = { v: 1, id, kind: 'personal', owner: 'ada', grants: ['book:read'], digest, createdAt: '2026-11-01T00:00:00.000Z', expiresAt: null, revision: 1 }
const token = policy.open(record)
const gate = new Gate({ policy, tokens: new Map([[id, record]]) })
const reading = { method: 'GET', target: '/books/42', authorization: `Bearer ${plaintext}` }
const check = () => gate.check(new Request('https://api.library.test/books/42', { headers: { authorization: reading.authorization } }))

const alone = answer(deciding, fixtures, files)
const decision = await check()

test('WSM-07 the module that only decides answers everything about a request', () => {
  const wrong = alone.flatMap(({ failures }) => failures).filter((failure) => !unknown.test(failure))
  assert.deepEqual(wrong, [])
  assert.equal(decision.allow, true)
})

test('WSM-06 the module that only decides refuses lifecycle questions, and says where to import from', () => {
  assert.throws(() => ask((door) => door.letters('{"notices":[]}')), { code: 'module_invalid', message: /portcullis\/gate/ })
})

test('WSM-07 both modules give the same answers byte for byte, except dueAt and lints', async () => {
  const whole = answer(await import('portcullis'), fixtures, files)
  let lines = 0
  for (const [index, { name, lines: its }] of whole.entries()) {
    lines += its.length
    assert.deepEqual(alone[index].lines.map(known), its.map(known), name)
  }
  assert.ok(lines > 900)
  assert.notDeepEqual(alone, whole, 'one module gave both')
})

test('documents opened by the module that only decides work in the whole one', async () => {
  const { Policy: Whole, Tokens } = await import('portcullis')
  const { memory } = await import('portcullis/memory')
  assert.equal(policy instanceof Whole, false)
  assert.equal(Whole.prototype instanceof Policy, true)
  assert.equal(policy.decide(reading, { token }).allow, true)
  assert.equal((await check()).allow, true)
  assert.equal(decision.details.owner, 'ada')
  const tokens = new Tokens({ policy, store: memory() })
  const made = await tokens.create({ kind: 'personal', name: 'mixed', grants: ['book:read'] }, { by: { id: 'ada', grants: ['book:*'] } })
  assert.match(made.plaintext, /^lib_pat_/)
})

test('a module that only decides does not replace the whole one', () => {
  provide({ glue: null, lifecycle: null, module: () => assert.fail('asked for') })
  assert.equal(policy.decide({ method: 'GET', target: '/books/42' }, { token: null }).reason, 'missing')
})
