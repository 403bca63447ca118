// Where the policy and a framework's router read one path differently. The law over random ones: routers.test.mjs.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import express from 'express'
import express4 from 'express4'
import fastify from 'fastify'
import { Hono } from 'hono'
import { Gate, Policy } from 'portcullis'
import * as forExpress from 'portcullis/express'
import * as forFastify from 'portcullis/fastify'
import * as forHono from 'portcullis/hono'
import * as forNext from 'portcullis/next'
import * as forNode from 'portcullis/node'

import { NOW, token } from '../support/acme.mjs'
import { answered } from './routers/wire.mjs'
import { apps } from './seams/apps.mjs'

/** A gate for these routes, given as `[on, what it asks for]`, and the field of a token that holds these grants. */
function under(routes, grants = [], paths = {}, options = {}) {
  const policy = new Policy({
    portcullis: 1, name: 'seams', realm: 'Seams', paths,
    resources: { low: {}, high: {}, base: { instances: true } },
    routes: routes.map(([on, requirement]) => ({ on, ...(typeof requirement === 'string' ? { needs: requirement } : requirement) })),
    kinds: { personal: { prefix: 'se_pat', may: { revoke: ['owner'] } } },
  })
  const held = token({ grants: ['low:read', ...grants] }, policy)
  const seen = []
  const gate = new Gate({ policy, now: () => NOW, tokens: () => held.record, observe: (decision) => seen.push(decision), ...options })
  return { policy, gate, bearer: held.bearer, seen }
}

const OPEN = { open: true }
const LOW = 'low:read'
const HIGH = 'high:read'
const split = (routes) => routes.map(([on]) => on.split(' '))

/** Asks an application of each framework, or of those named. */
function onEach(name, routes, check, { only = Object.keys(apps), grants, paths, settings } = {}) {
  for (const framework of only) {
    test(`${name}: ${framework}`, async () => {
      const { gate, bearer, seen } = under(routes, grants, paths)
      const ask = await apps[framework](gate, split(routes), { settings: settings?.[framework] })
      await check((line) => ask(line, bearer), { framework, seen })
    })
  }
}

const isDenied = (answer) => typeof answer === 'number' && answer >= 400

describe('the decided route is the one that runs', () => {
  const files = [['GET /files/{rest...}', HIGH], ['GET /{page}', OPEN]]
  onEach('SEA-01 the bare prefix of a catch-all does not run it', files, async (ask) => {
    const answer = await ask('GET /files')
    assert.ok(isDenied(answer) || answer.route === 'GET /{page}', JSON.stringify(answer))
    for (const line of ['GET /files/', 'GET /files/a', 'GET /files//']) assert.ok(isDenied(await ask(line)), line)
  })
  onEach('SEA-01 the same where the policy ignores a slash at the end', files, async (ask) => {
    for (const line of ['GET /files', 'GET /files/']) {
      const answer = await ask(line)
      assert.ok(isDenied(answer) || answer.route === 'GET /{page}', `${line} ${JSON.stringify(answer)}`)
    }
  }, { paths: { trailingSlash: 'ignore' }, settings: { fastify: { ignoreTrailingSlash: true }, hono: { strict: false } } })

  const jobs = [['POST /jobs/{id}', LOW], ['POST /jobs/purge', HIGH], ['POST /keys/{id}', LOW], ['POST /keys/key', HIGH], ['POST /files/{rest...}', LOW], ['POST /files/admin/{x}', HIGH]]
  onEach('SEA-02 other letters are no way to another handler', jobs, async (ask) => {
    for (const line of ['POST /jobs/PURGE', 'POST /jobs/%50URGE', 'POST /jobs/%50urge', 'POST /jobs/purg%45', 'POST /keys/%E2%84%AAey', 'POST /files/%41dmin/x', 'POST /files/ADMIN/x']) {
      const answer = await ask(line)
      assert.ok(isDenied(answer) || !['POST /jobs/purge', 'POST /keys/key', 'POST /files/admin/{x}'].includes(answer.route), `${line} ${JSON.stringify(answer)}`)
    }
    assert.equal((await ask('POST /jobs/7')).route, 'POST /jobs/{id}')
  }, { settings: { fastify: { caseSensitive: false }, node: { caseSensitive: false } } })
  onEach('SEA-02 the same where both ignore case', jobs, async (ask) => {
    for (const line of ['POST /jobs/PURGE', 'POST /jobs/%50URGE', 'POST /keys/%E2%84%AAey', 'POST /files/%41dmin/x']) {
      const answer = await ask(line)
      assert.ok(isDenied(answer) || answer.route.includes('{id}') || answer.route.includes('{rest'), `${line} ${JSON.stringify(answer)}`)
    }
  }, { only: ['express 5', 'express 4', 'fastify', 'node'], paths: { case: 'ignore' }, settings: { fastify: { caseSensitive: false }, node: { caseSensitive: false } } })

  const patterns = [['GET /x/{base}-{view}', 'base/{base}:read'], ['GET /y/{id}', LOW], ['GET /y/{a}-v-{b}', HIGH], ['GET /z/{a}-v-{b}', LOW], ['GET /z/{id}', HIGH]]
  onEach('SEA-03 the values decided are those that the handler gets', patterns, async (ask) => {
    assert.deepEqual(await ask('GET /x/acme-v1'), { route: 'GET /x/{base}-{view}', params: { base: 'acme', view: 'v1' } })
    assert.ok(isDenied(await ask('GET /x/acme-prod-v1')), 'split at another dash')
    for (const line of ['GET /y/1-V-2', 'GET /y/1-v-2', 'GET /z/1-%76-2', 'GET /z/1-%56-2']) {
      const answer = await ask(line)
      assert.ok(isDenied(answer) || !['GET /y/{a}-v-{b}', 'GET /z/{id}'].includes(answer.route), `${line} ${JSON.stringify(answer)}`)
    }
  }, { only: ['express 5', 'express 4', 'fastify', 'node'], grants: ['base/acme:read'] })

  onEach('SEA-04 a parameter is not empty', [['GET /users/{id}', LOW], ['GET /users/{id}/{tab}', HIGH]], async (ask) => {
    for (const line of ['GET /users/7/', 'GET /users/', 'GET /users//7']) {
      const answer = await ask(line)
      assert.ok(isDenied(answer) || answer.route === 'GET /users/{id}', `${line} ${JSON.stringify(answer)}`)
    }
    assert.equal((await ask('GET /users/7')).route, 'GET /users/{id}')
  }, { paths: { trailingSlash: 'ignore' }, settings: { fastify: { ignoreTrailingSlash: true }, hono: { strict: false } } })
})

describe('a policy that contradicts the settings of a router is refused at start, with both named', () => {
  const routes = [['GET /users/{id}', LOW]]
  const paths = { slash: { trailingSlash: 'ignore' }, letters: { case: 'ignore' } }
  const registered = async (routerOptions, policyPaths) => fastify({ routerOptions }).register(forFastify.guard, { gate: under(routes, [], policyPaths).gate })

  test('SEA-04 fastify', async () => {
    await assert.rejects(registered({}, paths.slash), /routerOptions\.ignoreTrailingSlash: false.*"trailingSlash": "ignore"/)
    await assert.rejects(registered({ ignoreTrailingSlash: true }, {}), /routerOptions\.ignoreTrailingSlash: true.*"trailingSlash": "strict"/)
    await assert.rejects(registered({}, paths.letters), /routerOptions\.caseSensitive: true.*"case": "ignore"/)
    await assert.rejects(registered({ useSemicolonDelimiter: true }, {}), /useSemicolonDelimiter: true.*"semicolon": "refuse"/)
    await assert.rejects(registered({ useSemicolonDelimiter: true }, { semicolon: 'literal' }), /useSemicolonDelimiter: true.*"semicolon": "literal"/)
    await registered({ ignoreTrailingSlash: true, caseSensitive: false }, { ...paths.slash, ...paths.letters })
    await registered({ caseSensitive: false }, {})
  })
  test('SEA-04 hono', () => {
    assert.throws(() => forHono.guard(under(routes, [], paths.letters).gate), /Hono.*"case": "ignore"/)
    const { gate } = under(routes, [], paths.slash)
    assert.throws(() => forHono.unmapped(new Hono(), gate), /strict: true.*"trailingSlash": "ignore"/)
    assert.deepEqual(forHono.unmapped(new Hono({ strict: false }), gate), [])
  })
  for (const name of ['express 5', 'express 4']) {
    test(`SEA-04 ${name}: with the first request`, async () => {
      for (const [setting, policyPaths, message] of [['strict routing', paths.slash, /"strict routing" enabled.*"trailingSlash": "ignore"/], ['case sensitive routing', paths.letters, /"case sensitive routing" enabled.*"case": "ignore"/]]) {
        const { gate, bearer } = under(routes, [], policyPaths)
        const ask = await apps[name](gate, split(routes), { settings: { [setting]: true } })
        await assert.rejects(ask('GET /users/7', bearer), message)
      }
    })
  }
})

describe('what the router has and the policy lacks', () => {
  const known = [['GET /admin/{rest...}', HIGH], ['GET /docs/{rest...}', OPEN], ['GET /{page}', OPEN]]
  const extra = [['GET', '/admin/list'], ['GET', '/docs/secret'], ['GET', '/status']]
  for (const name of Object.keys(apps)) {
    test(`SEA-01 a route below a wider open one is denied, below a closed one it is decided by it: ${name}`, async () => {
      const { gate, bearer, seen } = under(known, ['high:read'])
      const ask = await apps[name](gate, [...extra, ...split(known)])
      for (const line of ['GET /docs/secret', 'GET /status']) {
        assert.equal(await ask(line, bearer), 403, line)
        assert.equal(await ask(line), 401, line)
        assert.deepEqual([seen.at(-1).reason, seen.at(-1).cause?.code], ['missing', 'unmapped_route'])
      }
      assert.equal((await ask('GET /admin/list', bearer)).route, 'GET /admin/list')
      assert.equal((await ask('GET /about')).route, 'GET /{page}')
    })
  }
  test('SEA-01 it is listed', async () => {
    const { gate } = under(known)
    const wanted = ['GET /docs/secret', 'GET /status']
    const app = express()
    for (const [, path] of extra) app.get(path, () => undefined)
    assert.deepEqual(forExpress.unmapped(app, gate), wanted)
    const hono = new Hono()
    for (const [, path] of extra) hono.get(path, (c) => c.body(''))
    assert.deepEqual(forHono.unmapped(hono, gate), wanted)
    const other = fastify()
    await other.register(forFastify.guard, { gate })
    for (const [, path] of extra) other.get(path, async () => '')
    await other.ready()
    assert.deepEqual(forFastify.unmapped(other, gate), wanted)
    const files = Object.fromEntries(extra.map(([, path]) => [`app${path}/route.ts`, { GET: () => undefined }]))
    assert.deepEqual(forNext.unmapped(files, gate), wanted)
    assert.deepEqual(forNode.unmapped(extra.map((each) => each.join(' ')), gate), wanted)
  })
})

describe('TRU-05 unmapped with parameters in mount paths', () => {
  const routes = [['GET /resource/{id}/sub', LOW], ['GET /resource/{id}/sub/{part}', LOW], ['GET /{a}-{b}/x', LOW], ['GET /v1/ping', OPEN], ['GET /v2/ping', OPEN]]
  const { gate } = under(routes)
  for (const [name, framework] of Object.entries({ 'express 5': express, 'express 4': express4 })) {
    test(name, () => {
      const app = framework()
      const sub = framework.Router({ mergeParams: true })
      sub.get('/', () => undefined).get('/:part', () => undefined).put('/:part', () => undefined)
      app.use('/resource/:id/sub', sub)
      app.use('/:a-:b', framework.Router().get('/x', () => undefined).get('/y', () => undefined))
      app.use(['/v1', '/v2'], framework.Router().get('/ping', () => undefined))
      assert.deepEqual(forExpress.unmapped(app, gate), ['PUT /resource/:id/sub/:part', 'GET /:a-:b/y'])
    })
  }
  test('hono', () => {
    const sub = new Hono().get('/', (c) => c.body('')).get('/:part', (c) => c.body('')).put('/:part', (c) => c.body(''))
    assert.deepEqual(forHono.unmapped(new Hono().route('/resource/:id/sub', sub), gate), ['PUT /resource/:id/sub/:part'])
  })
  test('fastify', async () => {
    const app = fastify()
    await app.register(forFastify.guard, { gate })
    await app.register(async (sub) => {
      sub.get('/', async () => '')
      sub.get('/:part', async () => '')
      sub.put('/:part', async () => '')
    }, { prefix: '/resource/:id/sub' })
    await app.ready()
    assert.deepEqual(forFastify.unmapped(app, gate).filter((each) => !each.endsWith('/sub/')), ['PUT /resource/:id/sub/:part'])
  })
  test('next', () => {
    const files = { 'app/resource/[id]/sub/route.ts': { GET: () => undefined }, 'app/resource/[id]/sub/[part]/route.ts': { GET: () => undefined, PUT: () => undefined } }
    assert.deepEqual(forNext.unmapped(files, gate), ['PUT /resource/[id]/sub/[part]'])
  })
  test('node', () => {
    assert.deepEqual(forNode.unmapped(['GET /resource/:id/sub', 'PUT /resource/:id/sub/:part'], gate), ['PUT /resource/:id/sub/:part'])
  })
})
