// The Redis store against real servers, through every client, and through what may happen to a server.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { inspect } from 'node:util'

import { Redis as IoRedis } from 'ioredis'
import { Redis as IoRedis5 } from 'ioredis5'
import { StoreError } from 'portcullis'
import { conform } from 'portcullis/kit'
import { redis } from 'portcullis/redis'
import { createClient } from 'redis'
import { createClient as createClient5 } from 'redis5'

import { script } from '../dist/store/redis-script.js'
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

test('the script of the package is lua/redis.lua', () => {
  assert.equal(script, readFileSync(new URL('../lua/redis.lua', import.meta.url), 'utf8'))
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

test('misuse is refused before anything is sent, and no password is told', async () => {
  for (const wrong of ['', 'localhost', 'http://x', 5, null, {}, { sendCommand: 5 }]) assert.throws(() => redis(wrong), TypeError)
  for (const options of [{ prefix: '' }, { prefix: 'a{b' }, { prefix: 5 }, { durability: 'cache' }, { replicas: -1 }, { replicas: 0.5 }, { timeout: 0 }]) {
    assert.throws(() => redis('redis://localhost', options), TypeError)
  }
  const store = redis('redis://:hunter2@127.0.0.1:1', { timeout: 500 })
  const error = await store.get('x').catch((error) => error)
  assert.ok(error instanceof StoreError)
  assert.ok(!inspect([store, error], { depth: 9, showHidden: true }).includes('hunter2'))
  const odd = await redis('redis://:hunter2@[::', { timeout: 500 }).get('x').catch((error) => error)
  assert.ok(odd instanceof StoreError)
  assert.ok(!inspect(odd, { depth: 9, showHidden: true }).includes('hunter2'))
})
