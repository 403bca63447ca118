// STO-06: what may happen to a Redis server, and to the way there. An unknown outcome is an error, never a success.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Redis as IoRedis } from 'ioredis'
import { StoreError } from 'portcullis'
import { redis } from 'portcullis/redis'

import { connect } from '../../dist/store/redis/driver.js'
import { ada, admin, desk, personal } from '../support/fixtures.mjs'
import { missing as skip, startRedis } from './redis-server.mjs'
import { assertWhole, storm } from '../support/storm.mjs'

/** A server for one test, a connection to give it orders through, and stores in it. */
async function inRedis(settings, work) {
  const server = await startRedis(settings)
  const orders = new IoRedis(server.url, { retryStrategy: () => 20 })
  orders.on('error', () => undefined)
  const stores = []
  const store = (options = {}, url = server.url) => {
    stores.push(redis(url, options))
    return stores.at(-1)
  }
  try {
    await work({ server, orders, store })
  } finally {
    for (const store of stores) await store.close()
    orders.disconnect()
    await server.stop()
  }
}

const isStoreError = (error) => error instanceof StoreError && error.code === 'store_unavailable'

/** Commands until the store fails, and what was said to be done by then. */
async function stormed(store, name, said) {
  const { tokens } = desk({ store })
  await assert.rejects(storm(tokens, name, (token, command) => said.push([token, command])), isStoreError)
}

test('STO-06 a server that could lose a revocation is refused, with the setting to change', { skip }, async () => {
  await inRedis({}, async ({ orders, store }) => {
    for (const [name, bad, good, said] of [
      ['appendonly', 'no', 'yes', /appendonly no/],
      ['appendfsync', 'everysec', 'always', /appendfsync everysec.*every-second/],
      ['appendfsync', 'no', 'always', /appendfsync no/],
      ['no-appendfsync-on-rewrite', 'yes', 'no', /no-appendfsync-on-rewrite yes/],
      ['maxmemory-policy', 'allkeys-lru', 'noeviction', /maxmemory-policy allkeys-lru/],
    ]) {
      await orders.config('SET', name, bad)
      const careful = store()
      await assert.rejects(careful.get('x'), (error) => isStoreError(error) && said.test(error.message), name)
      assert.equal(await store({ durability: 'unchecked' }).get('x'), null)
      await orders.config('SET', name, good)
      assert.equal(await careful.get('x'), null, 'a store that was refused looks again')
    }
    await orders.config('SET', 'appendfsync', 'everysec')
    assert.equal(await store({ durability: 'every-second' }).get('x'), null)
    await orders.config('SET', 'appendfsync', 'no')
    await assert.rejects(store({ durability: 'every-second' }).get('x'), isStoreError)
    await orders.config('SET', 'appendfsync', 'always')
    await orders.config('SET', 'maxmemory-policy', 'volatile-lru')
    assert.equal(await store().get('x'), null, 'nothing of the store is volatile')
  })
})

test('STO-06 a server that hides its settings is refused unless durability is unchecked', { skip }, async () => {
  await inRedis({}, async ({ orders, server, store }) => {
    await orders.acl('SETUSER', 'app', 'on', '>secret', '~*', '+@all', '-config')
    const url = server.url.replace('//', '//app:secret@')
    await assert.rejects(store({}, url).get('x'), (error) => isStoreError(error) && /CONFIG GET.*unchecked/.test(error.message))
    assert.equal(await store({ durability: 'unchecked' }, url).get('x'), null)
  })
})

test('STO-06 a broken connection fails commands in flight, and the next command gets a new one', { skip }, async () => {
  await inRedis({}, async ({ orders, store }) => {
    const [own, said] = [store(), []]
    for (let round = 1; round <= 20; round += 1) {
      const cut = setTimeout(() => orders.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes').catch(() => undefined), 5 * round)
      await stormed(own, `cut.${round}`, said)
      clearTimeout(cut)
    }
    await orders.ping()
    await assertWhole(own, said)
    await orders.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(await own.get('x'), null, 'a line that was cut while nobody used it costs nothing')
  })
})

for (const name of ['redis', 'redis5', 'ioredis', 'ioredis5']) {
  test(`STO-06 a connection opened by ${name} never reconnects by itself, and sends nothing twice`, { skip }, async () => {
    await inRedis({ 'enable-debug-command': 'yes' }, async ({ orders, server }) => {
      let lost = 0
      const line = await connect(server.url, 1000, () => { lost += 1 }, [name])
      assert.equal(await line.send('', 'INCR', 'count'), 1)
      const asleep = orders.debug('SLEEP', '0.3')
      await new Promise((resolve) => setTimeout(resolve, 50))
      const late = assert.rejects(line.send('', 'INCR', 'count'))
      const kill = orders.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      line.close()
      await Promise.all([late, asleep, kill])
      await assert.rejects(line.send('', 'INCR', 'count'))
      const other = await connect(server.url, 1000, () => { lost += 1 }, [name])
      const before = lost
      await orders.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      await new Promise((resolve) => setTimeout(resolve, 200))
      assert.ok(lost > before)
      await assert.rejects(other.send('', 'INCR', 'count'))
      assert.ok(Number(await orders.get('count')) <= 2)
      other.close()
      await assert.rejects(connect(`redis://127.0.0.1:1`, 500, () => undefined, [name]))
    })
  })
}

test('STO-06 a late answer is an error, and repeating the command does nothing twice', { skip }, async () => {
  await inRedis({ 'enable-debug-command': 'yes' }, async ({ orders, server, store }) => {
    const { tokens } = desk({ store: store({ timeout: 300 }) })
    const { token } = await personal(tokens)
    for (const [id, stop, go] of [
      ['sleep', () => orders.debug('SLEEP', '0.6'), () => undefined],
      ['pause', () => server.pause(), () => server.go()],
    ]) {
      const stopped = stop()
      await new Promise((resolve) => setTimeout(resolve, 50))
      await assert.rejects(tokens.edit(token.id, { description: id }, { by: ada, id }), isStoreError)
      go()
      await stopped
      await orders.ping()
      const done = await tokens.edit(token.id, { description: id }, { by: ada, id })
      assert.equal(done.token.description, id)
      assert.equal((await tokens.edit(token.id, { description: id }, { by: ada, id })).repeated, true)
    }
    const { events, verified } = await tokens.trail(token.id, { by: ada })
    assert.deepEqual([events.map(({ command }) => command).slice(1), verified], [['sleep', 'pause'], true])
  })
})

test('STO-06 a server with full memory refuses a whole change, and still reads', { skip }, async () => {
  await inRedis({}, async ({ orders, store }) => {
    const own = store()
    const { tokens } = desk({ store: own })
    const { token } = await personal(tokens)
    await orders.config('SET', 'maxmemory', '1')
    const keys = await orders.dbsize()
    await assert.rejects(personal(tokens, { name: 'other' }, { id: 'full' }), isStoreError)
    assert.equal(await orders.dbsize(), keys)
    assert.equal((await own.get(token.id)).revision, 1)
    assert.equal((await tokens.revoke(token.id, { by: ada })).token.revision, 2, 'a token that is there can be revoked')
    await orders.config('SET', 'maxmemory', '0')
    await personal(tokens, { name: 'other' }, { id: 'full' })
  })
})

test('STO-06 a killed server keeps what it confirmed, each command whole or not at all', { skip }, async () => {
  for (const [appendfsync, durability] of [['always', 'every-write'], ['everysec', 'every-second']]) {
    await inRedis({ appendfsync }, async ({ server, store }) => {
      const [own, said] = [store({ durability, timeout: 2000 }), []]
      for (let round = 1; round <= 5; round += 1) {
        const kill = setTimeout(() => server.kill(), 30 + 17 * round)
        await stormed(own, `${appendfsync}.${round}`, said)
        clearTimeout(kill)
        await server.kill()
        await assert.rejects(own.get('x'), isStoreError)
        await server.start()
        await assertWhole(own, said)
      }
      assert.ok(said.length > 20, `${said.length} commands were confirmed`)
    })
  }
})

test('STO-06 an unchecked server may lose everything without an error', { skip }, async () => {
  await inRedis({ appendonly: 'no' }, async ({ server, store }) => {
    await assert.rejects(store().get('x'), /appendonly no/)
    const own = store({ durability: 'unchecked' })
    const { tokens } = desk({ store: own })
    const { token } = await personal(tokens)
    await server.kill()
    await server.start()
    const found = await own.get(token.id).catch(() => own.get(token.id))
    assert.equal(found, null)
  })
})

test('a server that dropped its scripts gets them again', { skip }, async () => {
  await inRedis({}, async ({ orders, store }) => {
    const { tokens } = desk({ store: store() })
    const { token } = await personal(tokens)
    await orders.script('FLUSH')
    assert.equal((await tokens.lock(token.id, { by: admin })).token.revision, 2)
  })
})

test('STO-06 a commit waits for its replicas, or reports an unknown outcome', { skip }, async () => {
  await inRedis({ 'repl-diskless-sync-delay': 0 }, async ({ server, store }) => {
    const follower = await startRedis({ replicaof: `127.0.0.1 ${server.port}` })
    const copy = new IoRedis(follower.url)
    try {
      while (!/master_link_status:up/.test(await copy.info('replication'))) await new Promise((resolve) => setTimeout(resolve, 50))
      await assert.rejects(store().get('x'), /replicas: 1 or more/)
      await assert.rejects(store({}, follower.url).get('x'), /is a replica/)
      assert.equal(await store({ replicas: 0 }).get('x'), null)
      const { tokens } = desk({ store: store({ replicas: 1, timeout: 20_000 }), timeout: 30_000 })
      const { token } = await personal(tokens)
      assert.equal(await copy.hget(`{portcullis}:token:${token.id}`, 'revision'), '1')
      follower.pause()
      const own = store({ replicas: 1, timeout: 1000 })
      await assert.rejects(desk({ store: own }).tokens.lock(token.id, { by: admin, id: 'lock' }), (error) => isStoreError(error) && /0 of 1 replicas/.test(error.message))
      await assert.rejects(own.commit({ ...change, events: (await own.trail(token.id)).slice(-1) }), /0 of 1 replicas/)
      follower.go()
      assert.equal((await tokens.lock(token.id, { by: admin, id: 'lock' })).repeated, true)
      assert.equal(await copy.hget(`{portcullis}:token:${token.id}`, 'revision'), '2')
    } finally {
      copy.disconnect()
      await follower.stop()
    }
  })
})

/** A change of nothing. */
const change = { writes: [], tombstone: null, guards: [], claims: [], releases: [], events: [], notices: [] }
