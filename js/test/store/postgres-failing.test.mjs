// STO-05: a PostgreSQL server that is killed, stopped, blocked or cut off, while commands are given.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'

import pg from 'pg'
import { Gate, StoreError } from 'portcullis'
import { postgres } from 'portcullis/postgres'

import { ada, admin, DAY, desk, instead, MINUTE, personal, policy, START } from '../support/fixtures.mjs'
import { between } from './postgres/cut.mjs'
import { skip, startServer } from './postgres/server.mjs'
import { assertWhole, storm } from '../support/storm.mjs'

let server
before(async () => {
  if (!skip) server = await startServer()
})
after(() => server?.end())

/** How often each accident happens; more where `cargo xtask prove` asks for it. */
const ROUNDS = Math.ceil(Number(process.env.PORTCULLIS_ROUNDS ?? 100) / 100)

/** Gives a command under one id until somebody knows what became of it. */
async function insist(give) {
  for (const begin = Date.now(); Date.now() - begin < 60_000;) {
    try {
      return await give()
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      await pause(25)
    }
  }
  assert.fail('the store never came back')
}

/** What is done to a server while it works, and how it comes to itself again. */
const ACCIDENTS = {
  'of which a backend is killed': async () => {
    const rows = await server.ask("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")
    // The server takes this for a crash, ends all others and recovers: a second one would be gone already.
    process.kill(rows[0].pid, 'SIGKILL')
  },
  'that is killed': async () => {
    await server.stop('SIGKILL')
    await server.start()
  },
  'that is stopped at once': async () => {
    await server.stop('SIGQUIT')
    await server.start()
  },
  'that is stopped in order': async () => {
    await server.stop('SIGINT')
    await server.start()
  },
  'whose connections are ended': () => server.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"),
}

for (const [what, happen] of Object.entries(ACCIDENTS)) {
  test(`STO-05 ROT-06 commands on a server ${what} take effect once, whole`, { skip }, async () => {
    const store = postgres(await server.database(), { timeout: 2000 })
    const { tokens } = desk({ store })
    const said = []
    const failed = []
    const steady = {
      create: (fields, given) => insist(() => tokens.create(fields, given).catch(seen)),
      edit: (id, fields, given) => insist(() => tokens.edit(id, fields, given).catch(seen)),
      revoke: (id, given) => insist(() => tokens.revoke(id, given).catch(seen)),
      delete: (id, given) => insist(() => tokens.delete(id, given).catch(seen)),
    }
    function seen(error) {
      if (error instanceof StoreError) failed.push(error)
      throw error
    }
    let over = false
    const enough = new Error('enough')
    const say = (...words) => {
      said.push(words)
      if (over) throw enough
    }
    const storms = Array.from({ length: 6 }, (_, number) => storm(steady, `${number}`, say).catch((error) => {
      if (error !== enough) throw error
    }))
    // A connection that ends between two commands is replaced unnoticed: go on until one was in use.
    for (let round = 0; round < ROUNDS || (failed.length === 0 && round < 20 * ROUNDS); round += 1) {
      await pause(150)
      await happen()
    }
    const before = said.length
    await pause(150)
    over = true
    await Promise.all(storms)
    assert.ok(said.length > before, 'nothing went on')
    assert.ok(failed.length > 0, 'nobody noticed')
    await assertWhole(store, said)
    // Each command stands in its trail once.
    for (const id of new Set(said.map(([token]) => token))) {
      const commands = (await store.trail(id)).map(({ command }) => command)
      assert.equal(new Set(commands).size, commands.length)
    }
    await store.close()
  })
}

test('ROT-01 STO-05 a key redeemed concurrently while the server is killed is redeemed once', { skip }, async () => {
  const store = postgres(await server.database(), { timeout: 2000, connections: 16 })
  const { tokens, at } = desk({ store })
  const gate = new Gate({ policy, tokens: store, now: () => START + 90 * DAY + MINUTE })
  const made = []
  for (let number = 0; number < 2 * ROUNDS; number += 1) {
    made.push(await personal(tokens, { name: `robot ${number}`, renewal: { every: '90d' }, idleAfter: null }))
  }
  at(START + 90 * DAY)
  for (const { token } of made) await store.touch(token.id, 1, { lastUsedAt: new Date(START + 90 * DAY).toISOString(), endsAt: null })
  await tokens.sweep()
  const keys = new Map((await tokens.outbox()).filter(({ notice }) => notice === 'renewalOffered').map(({ token, secret }) => [token, secret]))
  at(START + 90 * DAY + MINUTE)
  for (const { token, plaintext } of made) {
    const key = keys.get(token.id)
    assert.ok(key)
    const redeem = async (number) => {
      try {
        return await insist(() => tokens.redeem({ plaintext, key }, { id: `redeem:${number}` }))
      } catch (error) {
        assert.ok(['already_redeemed', 'rotated', 'conflict'].includes(error.code), String(error.stack ?? error))
        return { plaintext: null }
      }
    }
    const answers = Promise.allSettled(Array.from({ length: 16 }, (_, number) => redeem(number)))
    await pause(Math.random() * 20)
    await server.stop('SIGKILL')
    await server.start()
    const ended = await answers
    assert.deepEqual(ended.filter(({ status }) => status === 'rejected').map(({ reason }) => String(reason.stack)), [])
    const given = ended.map(({ value }) => value).filter((answer) => answer.plaintext)
    assert.ok(given.length <= 1)
    const events = (await insist(() => store.trail(token.id))).map(({ event }) => event)
    assert.equal(events.filter((event) => event === 'renewalRedeemed').length, 1)
    // Whoever got no reply goes on with what it has.
    for (const secret of [plaintext, ...given.map((answer) => answer.plaintext)]) {
      const headers = { authorization: `Bearer ${secret}` }
      assert.equal((await gate.check(new Request('https://api.test/licenses/1', { headers }))).reason, null)
    }
  }
  await store.close()
})

test('STO-05 a lost reply is an error that says so, and the repeated command takes effect once', { skip }, async () => {
  const way = await between(await server.database())
  const store = postgres(way.url, { connections: 1 })
  const { tokens } = desk({ store })
  const { token } = await personal(tokens)
  const record = await store.get(token.id)
  // What breaks is the commit: a store that reads well until then.
  const commit = (change) => {
    way.lose()
    return store.commit(change).finally(way.mend)
  }
  const unlucky = desk({ store: instead(store, { commit }) }).tokens
  await assert.rejects(unlucky.revoke(token.id, { by: ada, id: 'stop' }), (error) => {
    return error instanceof StoreError && error.command === 'stop' && error.message.includes('the change may have been written')
  })
  assert.equal((await tokens.revoke(token.id, { by: ada, id: 'stop' })).repeated, true)
  assert.equal((await store.trail(token.id)).length, 2)
  // Connections that broke while nobody used them are replaced.
  way.cut()
  await insist(() => store.get(token.id))
  assert.equal((await store.get(token.id)).revision, record.revision + 1)
  await store.close()
  await way.end()
})

test('STO-01 STO-05 a late answer is an error in time, and is not taken for the answer of another call', { skip }, async () => {
  const way = await between(await server.database())
  const store = postgres(way.url, { timeout: 300 })
  const { tokens } = desk({ store })
  const [one, two] = [await personal(tokens, { name: 'one' }), await personal(tokens, { name: 'two' })]
  way.delay(700)
  const begin = Date.now()
  await assert.rejects(tokens.lock(one.token.id, { by: admin, id: 'lock' }), StoreError)
  await assert.rejects(store.get(one.token.id), StoreError)
  assert.ok(Date.now() - begin < 3000)
  way.mend()
  // What comes late goes to nobody.
  for (const { token } of [one, two]) assert.equal((await insist(() => store.get(token.id))).id, token.id)
  await insist(() => tokens.lock(one.token.id, { by: admin, id: 'lock' }))
  assert.equal((await store.trail(one.token.id)).length, 2)
  await store.close()
  await way.end()
})

test('STO-05 a commit that waits for a lock ends at the statement timeout, with nothing written', { skip }, async () => {
  const url = await server.database()
  const store = postgres(url, { timeout: 400 })
  const { tokens } = desk({ store })
  const { token } = await personal(tokens)
  const other = new pg.Client({ connectionString: url })
  await other.connect()
  await other.query('BEGIN')
  await other.query('SELECT FROM portcullis_tokens WHERE id = $1 FOR UPDATE', [token.id])
  await assert.rejects(tokens.revoke(token.id, { by: ada, id: 'stop' }), (error) => {
    return error instanceof StoreError && /57014/.test(error.message) && !error.message.includes('not known')
  })
  assert.equal(await store.event(token.id, 'stop'), null)
  await other.query('ROLLBACK')
  assert.equal((await tokens.revoke(token.id, { by: ada, id: 'stop' })).repeated, false)
  await other.end()
  await store.close()
})

test('STO-05 a pool without a free connection gives an error, never a success', { skip }, async () => {
  const url = await server.database()
  for (const settings of [{ connectionTimeoutMillis: 200 }, {}]) {
    const pool = new pg.Pool({ connectionString: url, max: 1, ...settings })
    const store = postgres(pool, { timeout: 300 })
    const { tokens } = desk({ store })
    const { token } = await personal(tokens)
    const held = await pool.connect()
    await assert.rejects(tokens.revoke(token.id, { by: ada, id: 'stop' }), StoreError)
    await assert.rejects(store.get(token.id), StoreError)
    held.release()
    await insist(() => tokens.revoke(token.id, { by: ada, id: 'stop' }))
    assert.equal((await store.trail(token.id)).length, 2)
    await insist(() => tokens.delete(token.id, { by: ada }))
    await pool.end()
  }
})

test('STO-05 a transaction that fails to serialize (40001) is repeated, and finally an error', { skip }, async () => {
  const url = await server.database()
  const store = postgres(url)
  const { tokens } = desk({ store })
  const { token } = await personal(tokens)
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  // A sequence counts on, whatever is undone.
  await pool.query(`CREATE SEQUENCE tried; CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('tried') <= 3 THEN RAISE EXCEPTION 'in the way' USING ERRCODE = '40001'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER stumble BEFORE INSERT ON portcullis_events FOR EACH ROW EXECUTE FUNCTION stumble()`)
  const { repeated } = await tokens.lock(token.id, { by: admin, id: 'lock' })
  assert.equal(repeated, false)
  assert.equal((await store.trail(token.id)).length, 2)
  await pool.query("ALTER SEQUENCE tried RESTART WITH 1 MINVALUE 1; ALTER SEQUENCE tried INCREMENT BY 1; SELECT setval('tried', 1, false)")
  await pool.query("CREATE OR REPLACE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'in the way' USING ERRCODE = '40P01'; END $$")
  await assert.rejects(tokens.unlock(token.id, { by: admin, id: 'unlock' }), (error) => error instanceof StoreError && /40P01/.test(error.message))
  assert.equal((await store.get(token.id)).revision, 2)
  await pool.end()
  await store.close()
})
