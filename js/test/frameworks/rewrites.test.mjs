// SEA-05: a request that is rewritten is decided as what it becomes, or denied.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import express from 'express'
import express4 from 'express4'
import fastify from 'fastify'
import { Hono } from 'hono'
import { Gate, Policy } from 'portcullis'
import * as forExpress from 'portcullis/express'
import * as forFastify from 'portcullis/fastify'
import * as forHono from 'portcullis/hono'
import * as forNext from 'portcullis/next'

import { NOW, token } from '../support/acme.mjs'
import { answered } from './routers/wire.mjs'

const policy = new Policy({
  portcullis: 1, name: 'rewrites', realm: 'Rewrites', resources: { low: {}, high: {} },
  routes: [
    { on: 'GET /old/{id}', open: true },
    { on: 'GET /status', open: true },
    { on: 'GET /admin/{id}', needs: 'high:read' },
    { on: 'GET /users/{id}', needs: 'low:read' },
    { on: 'GET /search/{words...}', needs: 'low:read' },
  ],
  kinds: { personal: { prefix: 're_pat', may: { revoke: ['owner'] } } },
})
const low = token({ grants: ['low:read'] }, policy)
const high = token({ grants: ['high:read'] }, policy)
const records = new Map([low, high].map(({ id, record }) => [id, record]))
const causes = []
const gate = new Gate({ policy, now: () => NOW, tokens: (id) => records.get(id), observe: ({ cause }) => causes.push(cause?.code) })

for (const [name, framework] of Object.entries({ 'express 5': express, 'express 4': express4 })) {
  /** Asks an application whose `behind` stands between the guard and the routes. */
  const asking = (behind, prepare = () => undefined) => {
    const app = framework()
    let ran
    app.use(forExpress.guard(gate))
    if (behind !== undefined) app.use(behind)
    const handler = (what) => (req, res) => (ran.push(what, { ...req.params }), res.end())
    prepare(app, handler)
    app.get('/admin/:id', handler('admin')).get('/old/:id', handler('old')).get('/status', handler('status'))
    return async (target, made) => {
      ran = []
      const status = await answered((req, res) => app.handle(req, res, () => (res.statusCode = 404, res.end())), { method: 'GET', target, authorization: made?.bearer })
      return ran.length > 0 ? ran : status
    }
  }

  test(`SEA-05 ${name}: a request that is rewritten behind the guard is denied`, async () => {
    const ask = asking((req, _, next) => ((req.url = req.url.replace('/old/', '/admin/')), next()))
    assert.equal(await ask('/old/7'), 400)
    assert.equal(causes.at(-1), 'other_route')
    assert.deepEqual(await ask('/status'), ['status', {}])
    const methods = asking((req, _, next) => ((req.method = 'GET'), next()))
    assert.deepEqual(await methods('/status'), ['status', {}])
  })

  test(`SEA-05 ${name}: nothing of a route that is refused runs, no function of app.param either`, async () => {
    const loaded = []
    const ask = asking((req, _, next) => ((req.url = req.url.replace('/old/', '/admin/')), next()), (app) => app.param('id', (req, _, next, id) => (loaded.push(id), next())))
    assert.equal(await ask('/old/7'), 400)
    assert.deepEqual(loaded, [])
    assert.deepEqual(await asking(undefined, (app) => app.param('id', (req, _, next, id) => (loaded.push(id), next())))('/old/7'), ['old', { id: '7' }])
    assert.deepEqual(loaded, ['7'])
  })

  test(`SEA-05 ${name}: a handler that hands on to another route reaches the decided one only`, async () => {
    const ask = asking(undefined, (app, handler) => {
      app.get('/:page', (_req, _res, next) => next('route'))
      app.get('/status', (_req, _res, next) => next())
      app.get(/^\/st/, handler('expression'))
    })
    assert.equal(await ask('/status'), 401, 'the policy has no /{page}')
    const other = asking(undefined, (app, handler) => app.get('/status', (_req, _res, next) => next()).get(/^\/st/, handler('expression')))
    assert.equal(await other('/status'), 401, 'a regular expression cannot be compared')
    const through = asking(undefined, (app) => app.get('/status', (_req, _res, next) => next()))
    assert.deepEqual(await through('/status'), ['status', {}])
  })

  test(`SEA-05 ${name}: a route whose path is a regular expression is named by a guard of its own`, async () => {
    const app = framework()
    let ran = null
    const named = forExpress.guard(gate, { route: '/search/{words...}' })
    app.use(forExpress.guard(gate))
    app.get(/^\/search\/(.*)/, named, (req, res) => (ran = req.decision.details.route, res.end()))
    app.get(/^\/old\/(.*)/, named, (_, res) => (ran = 'wrong', res.end()))
    const ask = (target, made) => answered((req, res) => app.handle(req, res, () => res.end()), { method: 'GET', target, authorization: made?.bearer })
    assert.equal(await ask('/search/a/b', low), 200)
    assert.equal(ran, 'GET /search/{words...}')
    assert.equal(await ask('/old/7'), 400)
    assert.equal(ran, 'GET /search/{words...}')
  })

  test(`SEA-05 ${name}: guards in routers, in applications that are mounted, among handlers, and before HEAD`, async () => {
    const app = framework()
    const ran = []
    const say = (what) => (req, res) => (ran.push(what, req.decision.details.route), res.end())
    const admin = framework.Router({ mergeParams: true })
    admin.use(forExpress.guard(gate)).get('/:id', say('admin'))
    const users = framework()
    users.get('/:id', forExpress.guard(gate), say('users'))
    app.post('/status', say('posted'))
    app.all('/{*all}'.slice(name === 'express 4' ? 8 : 0) || '*', (_req, _res, next) => next())
    app.use('/admin', admin).use('/users', users)
    app.get('/status', forExpress.guard(gate), (_req, _res, next) => next(), say('status'))
    const ask = async (method, target, made) => {
      ran.length = 0
      const status = await answered((req, res) => app.handle(req, res, () => (res.statusCode = 404, res.end())), { method, target, authorization: made?.bearer })
      return ran.length > 0 ? ran : status
    }
    assert.deepEqual(await ask('GET', '/admin/7', high), ['admin', 'GET /admin/{id}'])
    assert.deepEqual(await ask('GET', '/users/7', low), ['users', 'GET /users/{id}'])
    assert.deepEqual(await ask('GET', '/users/7', high), 403)
    assert.deepEqual(await ask('HEAD', '/status'), ['status', 'GET /status'])
  })
}

test('SEA-05 fastify: rewriteUrl and a second routing are decided as what they become', async () => {
  const app = fastify({ rewriteUrl: ({ url }) => url.replace('/old/', '/admin/') })
  await app.register(forFastify.guard, { gate })
  const ran = []
  app.get('/admin/:id', async () => void ran.push('admin'))
  app.get('/old/:id', async () => void ran.push('old'))
  app.get('/status', async (request, reply) => {
    request.raw.url = '/admin/7'
    app.routing(request.raw, reply.raw)
    return reply.hijack()
  })
  await app.ready()
  const ask = (target, made) => answered((req, res) => app.server.emit('request', req, res), { method: 'GET', target, authorization: made?.bearer })
  assert.equal(await ask('/old/7'), 401)
  assert.equal(await ask('/old/7', low), 403)
  assert.deepEqual(ran, [])
  assert.equal(await ask('/old/7', high), 200)
  assert.deepEqual(ran, ['admin'])
  assert.equal(await ask('/status'), 401)
})

test('SEA-05 hono: getPath, mounted applications and handlers that hand on run what was decided', async () => {
  const ran = []
  const say = (what) => (c) => (ran.push(what), c.body(''))
  const ask = async (app, target, made) => {
    ran.length = 0
    const { status } = await app.fetch(new Request(`http://api.test${target}`, { headers: made === undefined ? {} : { authorization: made.bearer } }))
    return ran.length > 0 ? ran : status
  }
  const rewritten = new Hono({ getPath: ({ url }) => new URL(url).pathname.replace('/old/', '/admin/') })
  rewritten.use(forHono.guard(gate)).get('/admin/:id', say('admin')).get('/old/:id', say('old'))
  assert.equal(await ask(rewritten, '/old/7'), 401)
  assert.deepEqual(await ask(rewritten, '/old/7', high), ['admin'])

  const inner = new Hono()
  inner.use(forHono.guard(gate)).get('/status', say('inner'))
  const outer = new Hono()
  outer.mount('/old', inner.fetch)
  assert.deepEqual(await ask(outer, '/old/status'), ['inner'])
  assert.equal(await ask(outer, '/old/admin/7'), 401)

  const handsOn = new Hono()
  handsOn.use(forHono.guard(gate))
  handsOn.get('/status', (_, next) => next()).get('/:page', say('page')).get('/status', say('status'))
  assert.equal(await ask(handsOn, '/status'), 401)
  const swallows = new Hono()
  swallows.use(forHono.guard(gate))
  swallows.use(async (c, next) => {
    try {
      await next()
    } catch {
      return c.body('', 418)
    }
    return undefined
  })
  swallows.get('/status', (_, next) => next()).get('/:page', say('page'))
  assert.equal(await ask(swallows, '/status'), 418, 'who catches everything answers for it, and the handler does not run')
  const through = new Hono()
  through.use(forHono.guard(gate))
  through.get('/status', (_, next) => next()).get('/status', say('status'))
  assert.deepEqual(await ask(through, '/status'), ['status'])
})

test('SEA-05 hono: with enforce: false nothing is refused', async () => {
  const seen = []
  const loose = new Gate({ policy, now: () => NOW, tokens: () => null, enforce: false, observe: ({ wouldDeny }) => seen.push(wouldDeny?.cause?.code) })
  const app = new Hono()
  app.use(forHono.guard(loose)).get('/:page', (c) => c.text('page'))
  assert.equal((await app.request('/status')).status, 200)
  assert.deepEqual(seen, ['unmapped_route'])
})

/** A request as Next hands it to a handler: the path that was asked for, whatever it was rewritten to. */
const nextRequest = (path, made, basePath = '') =>
  Object.assign(new Request(`http://localhost:3000${path}`, { headers: made === undefined ? {} : { authorization: made.bearer } }), { nextUrl: { basePath } })

test('SEA-05 next: a handler that knows its route decides it, whatever path was asked for', async () => {
  const answer = (_request, _context, { details }) => Response.json(details.route)
  for (const route of ['/admin/[id]', 'app/admin/[id]/route.ts', './src/app/(group)/admin/[id]/route.js', 'file:///srv/shop/src/app/admin/%5Bid%5D/route.ts', 'file:///srv/app/admin/[id]/route.ts?page']) {
    const guarded = forNext.guard(gate, answer, { route })
    const ask = async (path, params, made) => (await guarded(nextRequest(path, made), { params: Promise.resolve(params) })).json()
    assert.equal((await ask('/old/7', { id: '7' })).code, 'missing', route)
    assert.equal((await ask('/status', { id: '7' }, low)).code, 'insufficient_scope')
    assert.equal(await ask('/old/7?x=1', { id: '7' }, high), 'GET /admin/{id}')
    assert.equal(await ask('/anything', { id: 'a/b?c' }, high), 'GET /admin/{id}')
    assert.equal((await ask('/admin/..', { id: '..' }, high)).code, 'bad_path')
    assert.equal((await ask('/admin/7', {}, high)).code, 'bad_path')
  }
  const rest = forNext.guard(gate, answer, { route: 'app/search/[...words]/route.ts' })
  assert.equal(await (await rest(nextRequest('/x', low), { params: { words: ['a', 'b c'] } })).json(), 'GET /search/{words...}')
  const optional = forNext.guard(gate, answer, { route: 'app/status/[[...rest]]/route.ts' })
  assert.equal(await (await optional(nextRequest('/x'), { params: {} })).json(), 'GET /status')
  // Which of the two is the folder of the routes?
  assert.throws(() => forNext.guard(gate, answer, { route: 'file:///app/app/admin/[id]/route.ts' }), /does not tell its route/)
})

test('SEA-05 next: values that are not those of the path are denied where no route is named', async () => {
  const guarded = forNext.guard(gate, () => new Response('ran'))
  assert.equal((await guarded(nextRequest('/old/7'), { params: Promise.resolve({ id: '8' }) })).status, 400)
  assert.equal((await guarded(nextRequest('/old/7'), { params: Promise.resolve({ id: '7' }) })).status, 200)
  process.env.NEXT_RUNTIME = 'nodejs'
  try {
    await assert.rejects(guarded(nextRequest('/old/7'), { params: Promise.resolve({ id: '7' }) }), /name the route/)
  } finally {
    delete process.env.NEXT_RUNTIME
  }
})

test('SEA-05 next: one policy for middleware and handlers under a base path', async () => {
  const middleware = forNext.middleware(gate)
  // Middleware sees the base path in its URL, handlers do not.
  assert.equal((await middleware(nextRequest('/base/admin/7', low, '/base'))).status, 403)
  assert.equal(await middleware(nextRequest('/base/admin/7', high, '/base')), undefined)
  assert.equal(await middleware(nextRequest('/base/status?x', undefined, '/base')), undefined)
  assert.equal((await middleware(nextRequest('/basement', undefined, '/base'))).status, 401)
  const guarded = forNext.guard(gate, () => new Response('ran'), { route: '/admin/[id]' })
  assert.equal((await guarded(nextRequest('/admin/7', high), { params: { id: '7' } })).status, 200)
})
