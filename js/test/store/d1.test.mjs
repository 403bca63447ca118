// The store in D1, on the real thing: workerd's.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { Miniflare } from 'miniflare'
import { StoreError } from 'portcullis'
import { createTables, d1 } from 'portcullis/d1'

import { changeOf, claimOf, creation, eventOf, idOf, noticeOf, recordOf } from '../../dist/conformance/fixtures.js'
import { bundled, startWorkerd } from '../../package/workerd.mjs'
import { workerds } from './edge/workerd.mjs'
import { ada, admin, DAY, desk, personal, refused } from '../support/fixtures.mjs'

/** How often workerd is killed. */
const KILLS = Number(process.env.PORTCULLIS_KILLS ?? 3)

const DATABASES = ['DB', 'BARE', 'NEWER', 'LIFE']
let worker
let db

before(async () => {
  const entry = fileURLToPath(new URL('./edge/conformance-worker.mjs', import.meta.url))
  worker = await startWorkerd(entry, { more: { d1Databases: DATABASES } })
  db = await worker.getD1Database('LIFE')
  await createTables(db)
})
after(() => worker.dispose())

test('the D1 store conforms, inside workerd', async () => {
  const { checks, failures } = await (await worker.dispatchFetch('http://localhost/d1')).json()
  assert.deepEqual(failures, [])
  assert.ok(checks.length > 30)
})

test('ROT-01 of 2, 8 and 64 concurrent redemptions of one key over D1, one succeeds', async () => {
  const races = await (await worker.dispatchFetch('http://localhost/race')).json()
  assert.deepEqual(races.map(({ racers }) => racers), [2, 8, 64])
  for (const { racers, told, events } of races) {
    assert.equal(told.filter((code) => code === 'redeemed').length, 1, told.join())
    assert.ok(told.every((code) => ['redeemed', 'already_redeemed', 'conflict'].includes(code)), told.join())
    assert.equal(told.length, racers)
    assert.equal(events.filter((event) => event === 'renewalRedeemed').length, 1)
  }
})

test('a token goes through its whole lifecycle in D1', async () => {
  const { tokens, pass } = desk({ store: d1(db) })
  const name = `it's ?1 "ü" 100%; --`
  const { token, plaintext } = await personal(tokens, { name })
  assert.ok(plaintext.startsWith('li_pat_'))
  assert.equal(await refused(personal(tokens, { name })), 'not_unique')
  await tokens.lock(token.id, { by: admin })
  await tokens.unlock(token.id, { by: admin })
  pass(40 * DAY)
  assert.deepEqual((await tokens.sweep()).commands, { remind: 1 })
  await tokens.revoke(token.id, { by: ada, id: 'r' })
  assert.equal((await tokens.revoke(token.id, { by: ada, id: 'r' })).repeated, true)
  await tokens.delete(token.id, { by: ada })
  const { events, verified } = await tokens.trail(token.id, { by: ada })
  assert.deepEqual([events.length, verified], [6, true])
  const notices = await tokens.outbox()
  assert.ok(notices.length > 0)
  await tokens.acknowledge(notices.map(({ key }) => key))
  assert.deepEqual(await tokens.outbox(), [])
})

test('a change is written whole or not at all, whatever fails in its batch', async () => {
  const store = d1(db)
  const one = recordOf('one')
  await store.commit(creation(one))
  // The second event takes a sequence that is taken: no check foresees that, and the database refuses it.
  const broken = changeOf({
    writes: [{ id: 'two', was: 0, record: recordOf('two') }],
    claims: [claimOf(recordOf('two'), 'broken')],
    events: [eventOf(recordOf('two'), 'create'), eventOf(one, 'again')],
    notices: [noticeOf('broken', one)],
  })
  await assert.rejects(store.commit(broken), (error) => error instanceof StoreError && error.code === 'store_unavailable')
  assert.deepEqual([await store.get('two'), await store.trail('two'), await store.outbox(10)], [null, [], []])
  const { results } = await db.prepare("SELECT (SELECT count(*) FROM portcullis_claims WHERE token = 'two') AS claims, (SELECT count(*) FROM portcullis_meta) AS meta").all()
  assert.deepEqual(results, [{ claims: 0, meta: 1 }])
})

test('a change that claims one name for two tokens is refused as not unique', async () => {
  const store = d1(db)
  const [one, two] = [recordOf(idOf(51)), recordOf(idOf(52))]
  const claims = [claimOf(one, 'both'), claimOf(two, 'both')]
  const writes = [one, two].map((record) => ({ id: record.id, was: 0, record }))
  assert.deepEqual(await store.commit(changeOf({ writes, claims })), { outcome: 'refused', code: 'not_unique', claim: claims[1] })
  assert.equal(await store.get(one.id), null)
})

test('many notices are acknowledged in one call', async () => {
  const store = d1(db)
  const notices = Array.from({ length: 40 }, (_, number) => noticeOf(`many:${number}`, recordOf('x')))
  await store.commit(changeOf({ notices }))
  assert.equal((await store.outbox(1000)).length, 40)
  await store.acknowledge(notices.map(({ key }) => key))
  assert.deepEqual(await store.outbox(10), [])
})

test('a database without tables, or with newer ones, gives an error that says what to do', async () => {
  const [without, newer] = [await worker.getD1Database('BARE'), await worker.getD1Database('NEWER')]
  await assert.rejects(d1(without).get('x'), (error) => error instanceof StoreError && /apply sql\/sqlite\.sql/.test(error.message))
  await assert.rejects(d1(without).commit(creation(recordOf('x'))), /apply sql\/sqlite\.sql/)
  await createTables(newer)
  await createTables(newer)
  await newer.prepare("UPDATE portcullis_meta SET value = '2' WHERE name = 'schema'").all()
  await assert.rejects(d1(newer).commit(creation(recordOf('x'))), (error) => error instanceof StoreError && /another version/.test(error.message))
  assert.equal(await d1(newer).get('x'), null)
})

test('STO-01 a D1 that throws, breaks off, never answers or returns garbage gives a StoreError, never a success', async () => {
  const answers = {
    throws: () => { throw new Error('D1_ERROR: Network connection lost.') },
    rejects: () => Promise.reject(new Error('D1_ERROR: Internal error.')),
    'never resolves': () => new Promise(() => undefined),
    'answers nothing': async () => undefined,
    'answers no rows': async () => [],
    'answers garbage': async () => [{ results: [{ value: 'perhaps' }] }],
  }
  for (const [how, batch] of Object.entries(answers)) {
    const store = d1({ prepare: (sql) => db.prepare(sql), batch })
    const { tokens } = desk({ store, timeout: 50 })
    await assert.rejects(personal(tokens, { name: how }, { id: how.replaceAll(' ', '-') }), (error) => {
      assert.deepEqual([error.name, error.command], ['StoreError', how.replaceAll(' ', '-')], how)
      return true
    })
  }
  assert.deepEqual((await d1(db).list({ owner: 'ada', kind: 'personal', limit: 10 })).records.map(({ id }) => id), ['one'])
})

test('anything but a D1 binding is refused when the store is created', () => {
  assert.throws(() => d1(undefined), /env\.DB/)
  assert.throws(() => d1({ prepare: () => undefined }), /batch/)
})

/** What a worker says, line by line, until it is no more. */
async function heard(response, say) {
  let text = ''
  try {
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = (text + chunk).split('\n')
      text = lines.pop()
      for (const line of lines) say(JSON.parse(line))
    }
  } catch {
    // It broke off, as it was to.
  }
}

test('STO-05 workerd killed in the middle of batches leaves each command done or not begun', { skip: !existsSync('/proc/self/task') && 'there is no /proc here' }, async () => {
  const d1Persist = mkdtempSync(join(tmpdir(), 'portcullis-d1-'))
  const entry = fileURLToPath(new URL('./edge/storm-worker.mjs', import.meta.url))
  const modules = await bundled(entry)
  const said = []
  try {
    for (let round = 0; round <= KILLS; round += 1) {
      const others = new Set(workerds())
      const mortal = new Miniflare({ compatibilityDate: '2026-04-01', modules, d1Databases: ['DB'], d1Persist })
      try {
        const whole = await mortal.dispatchFetch('http://localhost/whole', { method: 'POST', body: JSON.stringify(said) })
        assert.equal(await whole.text(), 'whole')
        if (round === KILLS) continue
        const wanted = said.length + 20
        // Compressed, it would come in one piece.
        const headers = { 'accept-encoding': 'identity' }
        await heard(await mortal.dispatchFetch(`http://localhost/${round}`, { headers }), (words) => {
          if (said.push(words) === wanted) for (const pid of workerds()) if (!others.has(pid)) process.kill(pid, 'SIGKILL')
        })
        assert.ok(said.length >= wanted, 'it was killed, and did not end before')
      } finally {
        await mortal.dispose()
      }
    }
  } finally {
    rmSync(d1Persist, { recursive: true, force: true })
  }
})
