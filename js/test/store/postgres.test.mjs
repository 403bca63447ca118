// The store in PostgreSQL, on a server of the test's own.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { inspect } from 'node:util'

import pg from 'pg'
import { StoreError } from 'portcullis'
import { conform } from 'portcullis/conformance'
import { postgres } from 'portcullis/postgres'

import { schema } from '../../dist/generated/postgres.js'
import { desk, personal } from '../support/fixtures.mjs'
import { skip, startServer } from './postgres/server.mjs'

let server
before(async () => {
  if (!skip) server = await startServer()
})
after(() => server?.end())

const EMPTY = ['tokens', 'claims', 'events', 'outbox', 'tombstones'].map((name) => `DELETE FROM portcullis_${name}`).join(';')

test('the PostgreSQL store conforms, with its own connections and with a given pool', { skip }, async () => {
  const url = await server.database()
  const pool = new pg.Pool({ connectionString: url, max: 10 })
  const stores = [postgres(url), postgres(pool), postgres(url, { connections: 3 })]
  for (const store of stores) await store.get('x')
  const report = await conform(async () => {
    await pool.query(EMPTY)
    return { stores }
  })
  assert.deepEqual(report.failures, [])
  for (const store of stores) await store.close()
  // It is not the store's.
  await pool.query('SELECT 1')
  await pool.end()
})

test('the tables of the package are those in sql/postgres.sql, which the native host ships too', () => {
  const [ours, native] = ['../../sql/postgres.sql', '../../../host-wasmtime/schema/postgres.sql'].map((path) => readFileSync(new URL(path, import.meta.url), 'utf8'))
  assert.equal(schema, ours)
  assert.equal(native, ours)
})

test('concurrent first uses create the tables once', { skip }, async () => {
  const url = await server.database()
  const stores = Array.from({ length: 16 }, () => postgres(url, { connections: 1 }))
  assert.deepEqual(await Promise.all(stores.map((store) => store.get('x'))), stores.map(() => null))
  const made = await Promise.all(stores.map((store, number) => personal(desk({ store }).tokens, { name: `${number}` }).then(() => 'made', ({ code }) => code)))
  assert.equal(made.filter((code) => code === 'made').length, 10)
  assert.equal(made.filter((code) => code === 'limit_reached').length, 6)
  for (const store of stores) await store.close()
})

test('a role that may only read and write works if the tables exist', { skip }, async () => {
  const url = await server.database()
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  await pool.query("CREATE ROLE clerk LOGIN PASSWORD 'clerk'; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
  const clerk = new URL(url)
  clerk.username = 'clerk'
  clerk.password = 'clerk'
  const early = postgres(clerk.href)
  await assert.rejects(early.get('x'), (error) => error instanceof StoreError && /42501/.test(error.message) && /permission denied/.test(error.cause.message))
  await pool.query(schema)
  await pool.query('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO clerk')
  const { tokens } = desk({ store: early })
  const { token } = await personal(tokens)
  assert.equal((await early.get(token.id)).revision, 1)
  await early.close()
  await pool.end()
})

test('tables of another version and unsafe servers are refused', { skip }, async () => {
  const url = await server.database()
  const store = postgres(url)
  await store.get('x')
  await store.close()
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  await pool.query("UPDATE portcullis_meta SET value = '2'")
  await assert.rejects(store.get('x'), /version 2, but this package needs 1/)
  await pool.query("UPDATE portcullis_meta SET value = '1'")
  assert.equal(await store.get('x'), null)
  await store.close()
  for (const level of ['serializable', 'repeatable read']) {
    const strict = new pg.Pool({ connectionString: url, options: `-c default_transaction_isolation=${level.replace(' ', '\\ ')}` })
    await assert.rejects(postgres(strict).get('x'), new RegExp(`default_transaction_isolation is ${level}`))
    // Also where it is set after the store looked.
    await assert.rejects(strict.query(`SELECT portcullis_commit('{}')`), { code: '25001' })
    await strict.end()
  }
  await pool.end()
})

test('anything but a connection string or a pool is a TypeError that repeats nothing', () => {
  for (const where of ['', 'tokens.db', 'https://ada:secret@db/x', 'postgres://ada:sec/ret@db:port/x', 'postgres://ada:secret@db:port/x', null, undefined, 5, {}]) {
    assert.throws(() => postgres(where), (error) => error instanceof TypeError && !inspect(error).includes('sec') && error.message.includes('postgres://user:password@host'))
  }
  for (const options of [{ timeout: 0 }, { timeout: '5' }, { connections: 0 }, { connections: 1.5 }]) {
    assert.throws(() => postgres('postgres://db/x', options), TypeError)
  }
  // A socket has no host.
  postgres('postgres://ada:secret@/tokens?host=/var/run/postgresql')
  postgres('postgresql:///tokens')
})

test('TOK-07 no error repeats a password, a connection string or a record', { skip }, async () => {
  const url = await server.database()
  const wrong = new URL(url)
  wrong.password = 'wr0ng-s3cret'
  const closed = 'postgres://ada:wr0ng-s3cret@127.0.0.1:1/x'
  const nowhere = 'postgres://ada:wr0ng-s3cret@no.such.host.invalid/x'
  for (const [where, said] of [[wrong.href, /28P01/], [closed, /ECONNREFUSED/], [nowhere, /ENOTFOUND|EAI_AGAIN/]]) {
    const store = postgres(where)
    await assert.rejects(store.get('x'), (error) => {
      assert.ok(error instanceof StoreError)
      assert.match(error.message, said)
      assert.ok(!/s3cret|no\.such\.host/.test(inspect(error, { depth: 9, showHidden: true })), inspect(error))
      return true
    })
    assert.ok(!inspect(store, { depth: 9, showHidden: true }).includes('s3cret'))
    await store.close()
  }
  const store = postgres(url)
  const { tokens } = desk({ store })
  const { token } = await personal(tokens)
  const record = await store.get(token.id)
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  await pool.query("ALTER TABLE portcullis_tokens ADD CONSTRAINT small CHECK (record NOT LIKE '%too much%')")
  await assert.rejects(tokens.edit(token.id, { description: 'too much' }, { by: { id: 'root', roles: ['admin'] } }), (error) => {
    assert.ok(/23514/.test(error.cause.message), inspect(error))
    assert.ok(!inspect(error, { depth: 9, showHidden: true }).includes(record.digest.slice(7)))
    return true
  })
  // Nor what is stored, and cannot be read.
  await pool.query("UPDATE portcullis_tokens SET record = 'sha256:broken'")
  await assert.rejects(store.get(token.id), (error) => error instanceof StoreError && !inspect(error, { depth: 9 }).includes('sha256:broken'))
  await assert.rejects(store.list({ status: 'active', now: 'soon', limit: 1 }), StoreError)
  await assert.rejects(store.commit({}), StoreError)
  await assert.rejects(store.list({ tenant: 'half \ud83d', limit: 1 }), StoreError)
  await store.close()
  await pool.end()
})

/** A pool that remembers what it was asked. */
function recording(pool) {
  const asked = []
  return { asked, query: (query) => (asked.push(query), pool.query(query)) }
}

/** So many tokens of 50 owners in 10 tenants; 20 are due and 20 belong to one owner, however many there are. */
const filled = (count) => `INSERT INTO portcullis_tokens (id, tenant, kind, owner, revision, revoked, created_at, ends_at, due_at, last_used_at, record)
  SELECT lpad(n::text, 16, '0'), 'tenant ' || n % 10, 'personal', CASE WHEN n <= 20 THEN 'ada' ELSE 'owner ' || n % 50 END, 1, false, 1, 9e18,
    CASE WHEN n % ${count / 20} = 0 THEN 5 ELSE 5e12 END, 0, '{"v":1}' FROM generate_series(1, ${count}) AS n;
  UPDATE portcullis_tokens SET tenant = 'small' WHERE owner = 'ada'; ANALYZE portcullis_tokens`

test('the cost of a list, a sweep and a limit depends on what they return, not on what is stored', { skip }, async () => {
  const costs = []
  for (const count of [2_000, 20_000]) {
    const pool = new pg.Pool({ connectionString: await server.database(), max: 1 })
    const recorder = recording(pool)
    const store = postgres(recorder)
    await store.get('x')
    await pool.query(filled(count))
    recorder.asked.length = 0
    const due = await store.due('1970-01-01T00:00:01.000Z', 10)
    assert.equal(due.records.length, 10)
    assert.equal((await store.due('1970-01-01T00:00:01.000Z', 100, due.next)).records.length, 10)
    assert.equal((await store.list({ tenant: 'small', limit: 10 })).records.length, 10)
    assert.equal((await store.list({ tenant: 'small', owner: 'ada', limit: 100 })).records.length, 20)
    assert.equal((await store.list({ tenant: 'tenant 1', limit: 10, after: '0000000000000900' })).records.length, 10)
    const guards = ['activePerOwner', 'activePerTenant'].map((guard) => {
      return { guard, kind: 'personal', tenant: 'small', owner: 'ada', below: 21, now: '2026-11-21T12:00:00.000Z' }
    })
    const change = { writes: [], guards: [...guards, { ...guards[0], below: 20 }], claims: [], releases: [], events: [], notices: [], tombstone: null }
    assert.equal((await store.commit(change)).code, 'limit_reached')
    const pages = []
    for (const { text, values } of recorder.asked) {
      const { rows } = await pool.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, values)
      const [{ Plan: plan }] = rows[0]['QUERY PLAN']
      pages.push(plan['Shared Hit Blocks'] + plan['Shared Read Blocks'])
    }
    costs.push(pages)
    await pool.end()
  }
  const [few, many] = costs
  console.log(`pages read of 2,000 tokens: ${few}; of 20,000: ${many}`)
  assert.equal(few.length, 6)
  few.forEach((pages, index) => assert.ok(many[index] <= pages * 1.5 + 8, `statement ${index}: ${pages} pages, then ${many[index]}`))
})
