// The Redis store against real servers, through every client, and through what may happen to a server.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { inspect } from 'node:util'

import { Cluster, Redis as IoRedis } from 'ioredis'
import { Redis as IoRedis5 } from 'ioredis5'
import { StoreError } from 'portcullis'
import { conform } from 'portcullis/conformance'
import { redis } from 'portcullis/redis'
import { createClient, createCluster } from 'redis'
import { createClient as createClient5 } from 'redis5'

import { script } from '../../dist/generated/redis.js'
import { missing as skip, startRedis } from './redis-server.mjs'

/** Each brings an open client, and how to close it. */
const CLIENTS = {
  redis: async (url) => nodeRedis(createClient({ url })),
  'redis, RESP 2': async (url) => nodeRedis(createClient({ url, RESP: 2 })),
  'redis 5': async (url) => nodeRedis(createClient5({ url })),
  ioredis: async (url) => ioRedis(new IoRedis(url)),
  'ioredis 5': async (url) => ioRedis(new IoRedis5(url)),
  'ioredis with a prefix of its own': async (url) => ioRedis(new IoRedis(url, { keyPrefix: 'app:' })),
}

async function nodeRedis(client) {
  client.on('error', () => undefined)
  await client.connect()
  return { client, close: () => client.destroy() }
}

async function ioRedis(client) {
  client.on('error', () => undefined)
  return { client, close: () => client.disconnect() }
}

let server
let stores = 0
before(async () => {
  if (!skip) server = await startRedis()
})
after(() => server?.stop())

/** A prefix that nobody used. */
const fresh = () => `test ${stores += 1}`

test('the script of the package is schema/redis.lua', () => {
  assert.equal(script, readFileSync(new URL('../../../schema/redis.lua', import.meta.url), 'utf8'))
})

test('the Redis store conforms, with one connection and with three', { skip }, async () => {
  for (const connections of [1, 3]) {
    const report = await conform(() => {
      const prefix = fresh()
      const stores = Array.from({ length: connections }, () => redis(server.url, { prefix }))
      return { stores, close: () => Promise.all(stores.map((store) => store.close())) }
    })
    assert.deepEqual(report.failures, [])
  }
})

for (const [name, connect] of Object.entries(CLIENTS)) {
  test(`the Redis store conforms through ${name}`, { skip }, async () => {
    const { client, close } = await connect(server.url)
    try {
      const report = await conform(() => redis(client, { prefix: fresh() }))
      assert.deepEqual(report.failures, [])
      assert.equal(typeof inspect(redis(client), { depth: 9 }), 'string')
    } finally {
      close()
    }
  })
}

test('the Redis store conforms in a cluster with durability unchecked', { skip }, async () => {
  const node = await startRedis({ 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' })
  const orders = new IoRedis(node.url)
  try {
    await orders.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    while (!(await orders.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) await new Promise((resolve) => setTimeout(resolve, 50))
    const clusters = [
      await nodeRedis(createCluster({ rootNodes: [{ url: node.url }] })),
      await ioRedis(new Cluster([{ host: '127.0.0.1', port: node.port }])),
    ]
    for (const { client, close } of clusters) {
      await assert.rejects(redis(client).get('x'), /cluster cannot be checked/)
      const report = await conform(() => redis(client, { prefix: fresh(), durability: 'unchecked' }))
      assert.deepEqual(report.failures, [])
      close()
    }
  } finally {
    orders.disconnect()
    await node.stop()
  }
})

test('the cost of a read depends on what is found, not on what is stored', { skip }, async () => {
  const orders = new IoRedis(server.url)
  const store = redis(server.url, { prefix: fresh() })
  /** How many commands the server runs for it, those of scripts included. */
  const cost = async (work) => {
    await orders.config('RESETSTAT')
    await work()
    const calls = [...(await orders.info('commandstats')).matchAll(/calls=(\d+)/g)]
    return calls.reduce((sum, [, count]) => sum + Number(count), 0)
  }
  const grow = async (from, to) => {
    await Promise.all(Array.from({ length: to - from }, (_, number) => {
      const id = `${from + number}`.padStart(16, '0')
      const record = { v: 1, id, kind: 'personal', owner: number < 10 ? 'ada' : 'bob', revision: 1, createdAt: NOW, expiresAt: null, dueAt: number < 10 ? NOW : LATER }
      return store.commit({ ...NOTHING, writes: [{ id, was: 0, record }] })
    }))
  }
  const questions = {
    'a page of an owner': () => store.list({ owner: 'ada', limit: 5 }),
    'what is due': () => store.due(NOW, 5),
    'a limit': () => store.commit({ ...NOTHING, guards: [{ guard: 'activePerTenant', kind: 'personal', tenant: null, below: 1, now: NOW }] }),
  }
  const costs = []
  for (const [from, to] of [[0, 500], [500, 5000]]) {
    await grow(from, to)
    const row = {}
    for (const [what, ask] of Object.entries(questions)) row[what] = await cost(ask)
    costs.push(row)
  }
  assert.deepEqual(costs[1], costs[0])
  assert.ok(costs[0]['a limit'] < 10)
  orders.disconnect()
  await store.close()
})

const NOW = '2026-11-21T12:00:00.000Z'
const LATER = '2027-11-21T12:00:00.000Z'
const NOTHING = { writes: [], tombstone: null, guards: [], claims: [], releases: [], events: [], notices: [] }

test('wrong arguments are refused before anything is sent, and no error shows a password', async () => {
  for (const wrong of ['', 'localhost', 'http://x', 5, null, {}, { sendCommand: 5 }]) assert.throws(() => redis(wrong), TypeError)
  for (const options of [{ prefix: '' }, { prefix: 'a{b' }, { prefix: 5 }, { durability: 'cache' }, { replicas: -1 }, { replicas: 0.5 }, { timeout: 0 }]) {
    assert.throws(() => redis('redis://localhost', options), TypeError)
  }
  assert.throws(() => redis({ sendCommand: async () => null }, { replicas: 1 }), /give the URL/)
  const store = redis('redis://:hunter2@127.0.0.1:1', { timeout: 500 })
  const error = await store.get('x').catch((error) => error)
  assert.ok(error instanceof StoreError)
  assert.ok(!inspect([store, error], { depth: 9, showHidden: true }).includes('hunter2'))
  const odd = await redis('redis://:hunter2@[::', { timeout: 500 }).get('x').catch((error) => error)
  assert.ok(odd instanceof StoreError)
  assert.ok(!inspect(odd, { depth: 9, showHidden: true }).includes('hunter2'))
})
