// Node and a native process on one store: an SQLite file, a PostgreSQL database or a Redis server.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'

import { Gate, Policy, Tokens, verifyTrail } from 'portcullis'
import { postgres } from 'portcullis/postgres'
import { redis } from 'portcullis/redis'
import { sqlite } from 'portcullis/sqlite'

import { admin, DAY, document, MINUTE, START } from '../support/fixtures.mjs'
import { skip as without, startServer } from '../store/postgres/server.mjs'
import { missing, startRedis } from '../store/redis-server.mjs'

/** The example `tokens` of the native SDK, with every store. A build of another selection may stand in the same place. */
const native = process.env.PORTCULLIS_NATIVE
const skip = native === undefined && 'PORTCULLIS_NATIVE names no program: cargo xtask test builds one'

/** How many race at once: mostly few, who meet more often, every tenth time many. */
const racers = (round) => (round % 10 === 0 ? 64 : round % 2 === 0 ? 8 : 2)
const ROUNDS = Number(process.env.PORTCULLIS_ROUNDS ?? 100)

const folder = mkdtempSync(join(tmpdir(), 'portcullis-'))

/** Where both keep their tokens, and how Node opens it. The native process opens it by what it is called. */
const ENGINES = {
  SQLite: {
    skip,
    make: async () => join(folder, 'tokens.db'),
    open: sqlite,
    end: () => undefined,
  },
  PostgreSQL: {
    skip: skip || without,
    async make() {
      this.server = await startServer()
      return this.server.url
    },
    open: (url) => postgres(url, { connections: 32 }),
    end() {
      return this.server?.end()
    },
  },
  Redis: {
    skip: skip || missing,
    async make() {
      this.server = await startRedis()
      return this.server.url
    },
    open: redis,
    end() {
      return this.server?.stop()
    },
  },
}

const robots = {
  ...document,
  kinds: {
    robot: {
      prefix: 'li_bot',
      lifetime: { default: '180d', max: '365d' },
      revoke: 'final',
      lockable: true,
      grace: '24h',
      editable: ['description'],
      renewal: { automatic: { redeemWithin: '2h', offerAgainAfter: '24h' } },
      may: { create: ['admin'], edit: ['admin'], revoke: ['admin'], lock: ['admin'], unlock: ['admin'], list: ['admin'] },
    },
  },
}

/** A native process that answers each line with a line. */
async function companion(where) {
  const policy = join(folder, 'policy.json')
  writeFileSync(policy, JSON.stringify(robots))
  const child = spawn(native, [policy, where], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await lines.next()
    assert.equal(done, false, 'the native process ended')
    return JSON.parse(value)
  }
  assert.deepEqual(await next(), { ready: true })
  const ask = async (question) => {
    child.stdin.write(`${JSON.stringify(question)}\n`)
    return next()
  }
  const end = () => new Promise((resolve) => {
    child.on('close', resolve)
    child.stdin.end()
  })
  return { ask, end }
}

/** What a command in Node comes to, as the native process says it. */
async function said(giving) {
  try {
    const { plaintext = null, repeated } = await giving
    return { ok: true, plaintext, repeated }
  } catch (error) {
    assert.ok(error.name === 'RefusedError', String(error.stack))
    return { ok: false, code: error.code }
  }
}

const until = (instant) => new Promise((resolve) => setTimeout(resolve, instant - Date.now()))

for (const [name, engine] of Object.entries(ENGINES)) {
  let other
  let where
  before(async () => {
    if (engine.skip) return
    where = await engine.make()
    other = await companion(where)
  })
  after(async () => {
    await other?.end()
    await engine.end()
    if (engine === Object.values(ENGINES).at(-1)) rmSync(folder, { recursive: true })
  })

  test(`ROT-01 Node and a native process redeem one key in ${name} at once, ${ROUNDS} rounds: one wins each`, { skip: engine.skip }, async () => {
    let now = START
    const stores = [engine.open(where), engine.open(where)]
    const policy = new Policy(robots)
    const desks = stores.map((store) => new Tokens({ policy, store, now: () => now }))
    const [tokens] = desks
    const secrets = new Map()
    for (let round = 0; round < ROUNDS; round += 1) {
      const fields = { kind: 'robot', name: `robot ${round}`, grants: ['license:read'], renewal: { every: '90d' } }
      const { token, plaintext } = await tokens.create(fields, { by: admin })
      secrets.set(token.id, { plaintext })
    }
    now = START + 90 * DAY
    const swept = await tokens.sweep({ limit: ROUNDS })
    assert.deepEqual(swept, { commands: { offerRenewal: ROUNDS }, failed: [], next: null, done: true })
    for (const { token, secret } of await tokens.outbox({ limit: ROUNDS })) secrets.get(token).key = secret
    now += MINUTE
    const gate = new Gate({ policy, tokens: stores[0], now: () => now })
    const wins = { node: 0, native: 0 }
    let round = 0
    for (const [id, { plaintext, key }] of secrets) {
      const half = racers(round) / 2
      round += 1
      const startAt = Date.now() + 15
      const there = other.ask({ do: 'redeem', plaintext, key, now: new Date(now).toISOString(), times: half, startAt })
      await until(startAt)
      const here = await Promise.all(Array.from({ length: half }, (_, number) => said(desks[number % 2].redeem({ plaintext, key }))))
      const answers = { node: here, native: [await there].flat() }
      const won = Object.entries(answers).flatMap(([host, list]) => list.filter(({ ok }) => ok).map((answer) => ({ host, ...answer })))
      const lost = Object.values(answers).flat().filter(({ ok }) => !ok)
      assert.equal(won.length, 1, JSON.stringify(answers))
      assert.equal(won.length + lost.length, 2 * half)
      assert.ok(lost.every(({ code }) => ['already_redeemed', 'rotated', 'conflict'].includes(code)), JSON.stringify(lost))
      wins[won[0].host] += 1
      const events = await stores[1].trail(id)
      assert.deepEqual(events.map(({ event }) => event), ['created', 'renewalOffered', 'renewalRedeemed'])
      const { auditHead: head } = await stores[1].get(id)
      assert.deepEqual(verifyTrail({ events, head, token: id }).faults, [])
      for (const secret of [won[0].plaintext, plaintext]) {
        const headers = { authorization: `Bearer ${secret}` }
        assert.equal((await gate.check(new Request('https://api.test/licenses/1', { headers }))).reason, null)
      }
    }
    for (const store of stores) await store.close()
    console.log(`${name}, won: ${wins.node} by Node, ${wins.native} by the native process`)
  })

  test(`ROT-08 Node and a native process change one token in ${name}: nothing is lost, the trail is whole`, { skip: engine.skip }, async () => {
    const store = engine.open(where)
    const tokens = new Tokens({ policy: robots, store, now: () => START })
    const { token } = await tokens.create({ kind: 'robot', name: 'robot', grants: ['license:read'] }, { by: admin })
    let accepted = 0
    for (let round = 0; round < 50; round += 1) {
      const startAt = Date.now() + 15
      const set = { description: `native ${round}` }
      const there = other.ask({ do: 'edit', token: token.id, set, by: admin, now: new Date(START).toISOString(), startAt })
      await until(startAt)
      const here = await said(tokens.edit(token.id, { description: `node ${round}` }, { by: admin }))
      const answers = [here, await there]
      for (const { ok, code } of answers) assert.ok(ok || code === 'conflict', code)
      accepted += answers.filter(({ ok }) => ok).length
    }
    const locked = await other.ask({ do: 'lock', token: token.id, by: admin, id: 'lock-1', now: new Date(START).toISOString() })
    assert.equal(locked.ok, true)
    assert.equal((await tokens.lock(token.id, { by: admin, id: 'lock-1' })).repeated, true)
    const { events, verified } = await tokens.trail(token.id, { by: admin })
    assert.deepEqual([events.length, verified], [accepted + 2, true])
    assert.deepEqual(events.map(({ sequence }) => sequence), events.map((_, index) => index + 1))
    assert.equal((await store.get(token.id)).revision, accepted + 2)
    await store.close()
  })
}
