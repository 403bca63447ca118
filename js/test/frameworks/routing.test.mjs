import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { connect, createServer as createSecureless } from 'node:http2'
import { test } from 'node:test'

import { serve } from '@hono/node-server'
import express from 'express'
import express4 from 'express4'
import fastify from 'fastify'
import { Hono } from 'hono'
import { methodOverride } from 'hono/method-override'
import { Gate } from 'portcullis'
import * as forExpress from 'portcullis/express'
import * as forFastify from 'portcullis/fastify'
import * as forHono from 'portcullis/hono'
import * as forNext from 'portcullis/next'
import * as forNode from 'portcullis/node'

import { NOW, policy, request, store, token } from '../support/acme.mjs'
import { send } from './wire.mjs'

const ada = token()
const gate = new Gate({ policy, tokens: store(ada).read, now: () => NOW })
const auth = `Authorization: ${ada.bearer}`

/** Serves with this listener while `work` runs, which gets a way to ask. */
async function serving(listener, work) {
  const server = createServer(listener)
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  try {
    return await work((line, ...fields) => send(server.address().port, [`${line} HTTP/1.1`, ...fields].join('\r\n')))
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

for (const [name, framework] of Object.entries({ 'express 5': express, 'express 4': express4 })) {
  const route = (req, res) => res.json(req.decision.details.route)

  test(`${name}: a guard below a mount path decides the whole path`, async () => {
    const app = framework()
    const router = framework.Router()
    router.use(forExpress.guard(gate))
    router.get('/', route).get('/:id', route)
    app.use('/v3/licenses', router)
    await serving(app, async (ask) => {
      assert.equal((await ask('GET /v3/licenses', auth)).json, 'GET /v3/licenses')
      assert.equal((await ask('GET /v3/licenses?x=1', auth)).json, 'GET /v3/licenses')
      assert.equal((await ask('GET /v3/licenses/42?x=/1', auth)).json, 'GET /v3/licenses/{id}')
      assert.equal((await ask('GET http://evil.test/v3/licenses/42', auth)).json, 'GET /v3/licenses/{id}')
      assert.equal((await ask('GET /v3/licenses/', auth)).json.code, 'route_unmapped')
      assert.equal((await ask('GET http://evil.test\\x/v3/licenses/42', auth)).status >= 400, true)
    })
  })

  test(`${name}: RTE-09 behind a method override the effective method counts`, async () => {
    const app = framework()
    app.use((req, _, next) => {
      req.method = req.get('x-http-method-override') ?? req.method
      next()
    })
    app.use(forExpress.guard(gate))
    app.all('/v3/account', route).all('/v3/licenses/:id', route)
    await serving(app, async (ask) => {
      assert.equal((await ask('POST /v3/licenses/42', auth, 'X-HTTP-Method-Override: DELETE')).json, 'DELETE /v3/licenses/{id}')
      assert.equal((await ask('GET /v3/licenses/42', auth, 'X-HTTP-Method-Override: PURGE')).json.code, 'route_unmapped')
      assert.equal((await ask('GET /v3/account', auth, 'X-HTTP-Method-Override: DELETE')).json.missing[0], 'account:delete')
    })
  })

  test(`${name}: behind a rewrite the path that is routed counts`, async () => {
    const app = framework()
    app.use((req, _, next) => {
      req.url = req.url.replace(/^\/old/, '/v3')
      next()
    })
    app.use(forExpress.guard(gate))
    app.get('/v3/licenses/:id', route).get('/v3/account', route)
    await serving(app, async (ask) => {
      assert.equal((await ask('GET /old/licenses/42', auth)).json, 'GET /v3/licenses/{id}')
      assert.equal((await ask('GET /old/account', auth)).json.code, 'insufficient_scope')
    })
  })

  test(`${name}: a denial that comes after somebody else has answered goes nowhere, and takes nothing down`, async () => {
    const app = framework()
    const slow = new Gate({ policy, now: () => NOW, tokens: () => new Promise((done) => setTimeout(done, 50, null)) })
    app.use((_, res, next) => (setTimeout(() => res.headersSent || res.status(503).json('too slow'), 10), next()))
    app.use(forExpress.guard(slow))
    app.get('/v3/licenses', route)
    await serving(app, async (ask) => {
      assert.deepEqual((await ask('GET /v3/licenses', auth)).json, 'too slow')
      await new Promise((done) => setTimeout(done, 100))
      assert.equal((await ask('GET /ping')).status >= 200, true)
    })
  })

  test(`${name}: fields that others set stay, and errors of handlers are the framework's`, async () => {
    const app = framework()
    app.use((_, res, next) => (res.set('access-control-allow-origin', '*'), next()))
    app.use(forExpress.guard(gate))
    app.get('/v3/licenses', () => { throw new Error('mine') })
    app.use((error, _req, res, _next) => res.status(500).json(error.message))
    await serving(app, async (ask) => {
      const denied = await ask('GET /v3/licenses')
      assert.deepEqual([denied.status, denied.field('access-control-allow-origin')], [401, '*'])
      assert.equal((await ask('GET /v3/licenses', auth)).json, 'mine')
    })
  })
}

/** Serves with this application while `work` runs. */
async function fastened(options, prepare, work) {
  const app = fastify(options)
  await prepare(app)
  await app.listen({ port: 0, host: '127.0.0.1' })
  try {
    return await work((line, ...fields) => send(app.server.address().port, [`${line} HTTP/1.1`, ...fields].join('\r\n')))
  } finally {
    await app.close()
  }
}

const licenses = async (app) => {
  app.get('/v3/licenses/:id', async ({ decision }) => JSON.stringify(decision.details.route))
  app.get('/v3/account', async ({ decision }) => JSON.stringify(decision.details.route))
}

test('fastify: behind rewriteUrl the path that is routed counts', async () => {
  const rewriteUrl = ({ url }) => url.replace(/^\/old/, '/v3')
  await fastened({ rewriteUrl }, async (app) => {
    await app.register(forFastify.guard, { gate })
    await licenses(app)
  }, async (ask) => {
    assert.equal((await ask('GET /old/licenses/42', auth)).json, 'GET /v3/licenses/{id}')
    assert.equal((await ask('GET /old/account', auth)).json.code, 'insufficient_scope')
    assert.equal((await ask('GET /v3/account', auth)).json.code, 'insufficient_scope')
  })
})

test('fastify: it guards its instance and what is below, those of others not, and routes that came before it as well', async () => {
  await fastened({}, async (app) => {
    app.get('/outside', async () => '"outside"')
    await app.register(async (inner) => {
      inner.get('/me', async ({ decision }) => JSON.stringify(decision.details.owner))
      await inner.register(forFastify.guard, { gate })
      await inner.register(licenses)
    })
  }, async (ask) => {
    assert.equal((await ask('GET /outside')).json, 'outside')
    assert.equal((await ask('GET /me')).json.code, 'missing')
    assert.equal((await ask('GET /me', auth)).json, 'ada')
    assert.equal((await ask('GET /v3/licenses/42', auth)).json, 'GET /v3/licenses/{id}')
    assert.equal((await ask('GET /v3/account', auth)).json.code, 'insufficient_scope')
  })
})

test('fastify: settings under which paths read differently are noticed', async () => {
  await fastened({ routerOptions: { caseSensitive: false } }, async (app) => {
    await app.register(forFastify.guard, { gate })
    await licenses(app)
  }, async (ask) => {
    assert.equal((await ask('GET /v3/licenses/AbC', auth)).json, 'GET /v3/licenses/{id}')
    assert.equal((await ask('GET /V3/licenses/42', auth)).json.code, 'route_unmapped')
  })
  const app = fastify({ routerOptions: { useSemicolonDelimiter: true } })
  await assert.rejects(async () => { await app.register(forFastify.guard, { gate }) }, TypeError)
})

test('fastify: fields that others set stay, and the body is not read before the answer', async () => {
  await fastened({}, async (app) => {
    app.addHook('onRequest', async (_, reply) => void reply.header('access-control-allow-origin', '*'))
    await app.register(forFastify.guard, { gate })
    app.post('/v3/licenses', async () => 'never')
  }, async (ask) => {
    const denied = await ask('POST /v3/licenses', 'content-type: application/json', 'content-length: 100000')
    assert.deepEqual([denied.status, denied.field('access-control-allow-origin'), denied.json.code], [401, '*', 'missing'])
  })
})

const asked = async (app, path, headers = { authorization: ada.bearer }) => (await app.request(`http://api.acme.test${path}`, { headers })).json()
const honest = (c) => c.json(c.var.decision.details.route)

test('hono: the path that is routed counts, with a base path, a mounted application, getPath and without strictness', async () => {
  const based = new Hono().basePath('/v3')
  based.use(forHono.guard(gate))
  based.get('/licenses/:id', honest)
  assert.equal(await asked(based, '/v3/licenses/42?x=1'), 'GET /v3/licenses/{id}')

  const mounted = new Hono().mount('/api', based.fetch)
  assert.equal(await asked(mounted, '/api/v3/licenses/42'), 'GET /v3/licenses/{id}')

  const byHost = new Hono({ getPath: ({ url }) => url.replace(/^https?:\/\/([^.]+)[^/]*(\/[^?]*).*$/, '/v3$2') })
  byHost.use(forHono.guard(gate))
  byHost.get('/v3/licenses/:id', honest).get('/v3/account', honest)
  assert.equal(await asked(byHost, '/licenses/42'), 'GET /v3/licenses/{id}')
  assert.equal((await asked(byHost, '/account')).code, 'insufficient_scope')

  const loose = new Hono({ strict: false })
  loose.use(forHono.guard(gate))
  loose.get('/v3/licenses/:id', honest)
  assert.equal(await asked(loose, '/v3/licenses/42/?x=1'), 'GET /v3/licenses/{id}')
})

test('hono: the context is the environment, and the platform is kept awake', async () => {
  const work = []
  const seen = []
  const app = new Hono()
  app.use(forHono.guard(new Gate({ policy, now: () => NOW, tokens: (id, env) => (seen.push(env), ada.record), touch: (id, revision, advice, env) => seen.push(env) })))
  app.get('/v3/licenses', honest)
  const env = { TOKENS: {} }
  const response = await app.fetch(request('/v3/licenses', ada), env, { waitUntil: (promise) => work.push(promise), passThroughOnException: () => undefined })
  assert.equal(response.status, 200)
  await Promise.all(work)
  assert.equal(work.length, 1)
  assert.deepEqual(seen, [env, env])
})

test('hono: RTE-09 behind a method override the effective method counts', async () => {
  const app = new Hono()
  app.use(methodOverride({ app }))
  app.use(forHono.guard(gate))
  app.all('/v3/account', honest).all('/v3/licenses/:id', honest)
  const send = async (path) => {
    const headers = { authorization: ada.bearer, 'content-type': 'application/x-www-form-urlencoded' }
    return (await app.request(path, { method: 'POST', headers, body: '_method=DELETE' })).json()
  }
  assert.equal(await send('/v3/licenses/42'), 'DELETE /v3/licenses/{id}')
  assert.deepEqual((await send('/v3/account')).missing, ['account:delete'])
})

test('hono: a guard for one route, and what stands before it', async () => {
  const app = new Hono()
  app.get('/before', (c) => c.json('open'))
  app.delete('/anything/:id', forHono.guard(gate, { needs: 'license:delete' }), honest)
  app.use(async (c, next) => {
    await next()
    c.res.headers.set('x-after', '1')
  })
  app.use(forHono.guard(gate))
  assert.equal(await asked(app, '/before', {}), 'open')
  const passed = await app.request('/anything/7', { method: 'DELETE', headers: { authorization: ada.bearer } })
  assert.equal(passed.status, 200)
  const denied = await app.request('/v3/licenses')
  assert.deepEqual([denied.status, denied.headers.get('x-after')], [401, '1'])
})

test('next: the handler gets the arguments of the platform, whose event keeps it awake', async () => {
  const work = []
  const event = { waitUntil: (promise) => work.push(promise), params: Promise.resolve({ id: '42' }) }
  const touched = []
  const guarded = forNext.guard(
    new Gate({ policy, now: () => NOW, tokens: () => ada.record, touch: (id) => touched.push(id) }),
    async (request, { params }, decision) => Response.json([request.method, (await params).id, decision.details.owner]),
  )
  assert.deepEqual(await (await guarded(request('/v3/licenses/42', ada), event)).json(), ['GET', '42', 'ada'])
  await Promise.all(work)
  assert.deepEqual(touched, [ada.id])
  assert.equal((await guarded(request('/v3/licenses/42'), event)).status, 401)
})

test('next: text that is spelled in another way is refused, as the platform may read it either way', async () => {
  const guarded = forNext.guard(gate, (_, __, { details }) => Response.json(details.route))
  const answer = async (path) => (await guarded(request(path, ada))).json()
  assert.equal((await answer('/v3/%6cicenses/42')).code, 'bad_path')
  assert.equal(await answer('/v3/licenses/4%32'), 'GET /v3/licenses/{id}')
})

test('next: an error of the handler is the handler\'s', async () => {
  const guarded = forNext.guard(gate, () => { throw new Error('mine') })
  await assert.rejects(guarded(request('/v3/licenses', ada)), /mine/)
})

test('node: a gate may be asked for an upgrade as well', async () => {
  const server = createServer(forNode.guard(gate, (_, res) => res.end('"request"')))
  server.on('upgrade', async (req, socket) => {
    const decision = await gate.check(req)
    socket.end(decision.allow ? 'HTTP/1.1 101 Switching Protocols\r\n\r\n' : `HTTP/1.1 ${decision.status} Denied\r\n\r\n`)
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address()
  const upgrade = 'Connection: upgrade\r\nUpgrade: websocket'
  assert.equal((await send(port, `GET /v3/licenses HTTP/1.1\r\n${upgrade}\r\n${auth}`)).status, 101)
  assert.equal((await send(port, `GET /v3/licenses HTTP/1.1\r\n${upgrade}`)).status, 401)
  server.close()
})

test('a server of Fetch functions takes a guarded one', async () => {
  const server = await new Promise((done) => {
    const started = serve({ fetch: (request) => forNext.guard(gate, (_, __, { details }) => Response.json(details.owner))(request), port: 0, hostname: '127.0.0.1' }, () => done(started))
  })
  assert.equal((await send(server.address().port, `GET /v3/licenses HTTP/1.1\r\n${auth}`)).json, 'ada')
  server.close()
})

test('node: HTTP/2 is guarded alike', async () => {
  const server = createSecureless(forNode.guard(gate, (_, res, { details }) => res.end(details.owner)))
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const client = connect(`http://127.0.0.1:${server.address().port}`)
  const ask = (fields) => new Promise((resolve, reject) => {
    const stream = client.request({ ':path': '/v3/licenses/42', ...fields })
    let [status, body] = [0, '']
    stream.on('response', (headers) => (status = headers[':status']))
    stream.on('data', (data) => (body += data)).on('end', () => resolve([status, body])).on('error', reject).end()
  })
  try {
    assert.deepEqual(await ask({ authorization: ada.bearer }), [200, 'ada'])
    assert.equal((await ask({}))[0], 401)
    assert.equal((await ask({ ':path': '/v3/../ping' }))[0], 400)
    assert.equal((await ask({ ':method': 'DELETE', ':path': '/v3/account', authorization: ada.bearer }))[0], 403)
  } finally {
    client.close()
    server.close()
  }
})
