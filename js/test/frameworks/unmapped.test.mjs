import assert from 'node:assert/strict'
import { test } from 'node:test'

import express from 'express'
import express4 from 'express4'
import fastify from 'fastify'
import { Hono } from 'hono'
import { Gate } from 'portcullis'
import * as forExpress from 'portcullis/express'
import * as forFastify from 'portcullis/fastify'
import * as forHono from 'portcullis/hono'
import * as forNext from 'portcullis/next'
import * as forNode from 'portcullis/node'

import { policy } from '../support/acme.mjs'

const gate = new Gate({ policy, tokens: () => null })
const handler = () => undefined

for (const [name, framework] of Object.entries({ 'express 5': express, 'express 4': express4 })) {
  test(`${name}: routes of routers count with their mount paths`, () => {
    const app = framework()
    const inner = framework.Router()
    inner.get('/', handler).get('/:id', handler).put('/:id/seal', handler)
    const outer = framework.Router()
    outer.use('/licenses', inner)
    app.use(forExpress.guard(gate))
    app.use('/v3', outer)
    app.route('/v3/account').get(handler).delete(handler).patch(handler)
    app.all('/me', handler)
    app.all('/everything', handler)
    app.use('/static', handler)
    assert.deepEqual(forExpress.unmapped(app, gate), ['PUT /v3/licenses/:id/seal', 'PATCH /v3/account', 'ALL /everything'])
    assert.deepEqual(forExpress.unmapped(app, policy), forExpress.unmapped(app, gate))
    assert.deepEqual(forExpress.unmapped(outer, gate), ['GET /licenses', 'GET /licenses/:id', 'PUT /licenses/:id/seal'])
    assert.deepEqual(forExpress.unmapped(framework(), gate), [])
  })

  test(`${name}: what cannot be read is named`, () => {
    const app = framework()
    app.get(/^\/v3\/licenses$/, handler)
    app.get(['/v3/licenses', '/v3/nothing'], handler)
    const router = framework.Router()
    router.get('/licenses', handler)
    app.use(/^\/v[0-9]/, router)
    const sub = framework()
    sub.get('/licenses', handler)
    app.use('/v3', sub)
    const found = forExpress.unmapped(app, gate)
    assert.equal(found.length, 4)
    assert.ok(found[0].startsWith('GET ') && found[0].includes('licenses$/'))
    assert.deepEqual(found.slice(1), ['GET /v3/nothing', 'GET …/licenses', 'ALL /v3/…'])
    assert.deepEqual(forExpress.unmapped(sub, gate), [], 'an application that is mounted knows where')
  })
}

test('express 5: each form of an optional part must be known', () => {
  const app = express()
  app.get('/v3/licenses{/:id}', handler)
  app.get('/v3{/licenses{/:id/:what}}', handler)
  app.get('/files/*path', handler)
  app.get('/v3/\\licenses', handler)
  assert.deepEqual(forExpress.unmapped(app, gate), ['GET /v3{/licenses{/:id/:what}}', 'GET /files/*path'])
})

test('express 4: parameters with constraints and optional ones', () => {
  const app = express4()
  app.get('/v3/licenses/:id(\\d+)', handler)
  app.get('/v3/licenses/:id?', handler)
  app.get('/v3/account/:id?', handler)
  app.get('/v3/ab?cd', handler)
  assert.deepEqual(forExpress.unmapped(app, gate), ['GET /v3/account/:id?', 'GET /v3/ab?cd'])
})

test('hono: routes of grouped applications count, middleware does not', () => {
  const inner = new Hono()
  inner.use(async (_, next) => next())
  inner.get('/', (c) => c.text('')).get('/:id{[0-9]+}', (c) => c.text('')).put('/:id/seal', (c) => c.text(''))
  const app = new Hono().basePath('/v3')
  app.use(forHono.guard(gate))
  app.route('/licenses', inner)
  app.get('/account/:part?', (c) => c.text(''))
  app.all('/account', (c) => c.text(''))
  app.all('/nothing', (c) => c.text(''))
  app.on(['GET', 'PURGE'], '/account', (c) => c.text(''))
  assert.deepEqual(forHono.unmapped(app, gate), ['PUT /v3/licenses/:id/seal', 'GET /v3/account/:part?', 'ALL /v3/nothing', 'PURGE /v3/account'])
})

test('fastify: routes behind prefixes count, those of HEAD follow GET', async () => {
  const app = fastify()
  await app.register(forFastify.guard, { gate })
  await app.register(async (v3) => {
    v3.get('/licenses', handler)
    v3.get('/licenses/:id(^\\d+$)', handler)
    v3.route({ method: ['PATCH', 'PUT'], url: '/account', handler })
    v3.get('/files/*', handler)
    v3.get('/base/:a-:b', handler)
  }, { prefix: '/v3' })
  await app.ready()
  assert.deepEqual(forFastify.unmapped(app, gate), ['PATCH /v3/account', 'PUT /v3/account', 'GET /v3/files/*', 'GET /v3/base/:a-:b'])
  assert.deepEqual(forFastify.unmapped(fastify(), gate), [])
})

test('next: files name routes, and their exports methods', () => {
  const files = {
    './src/app/v3/licenses/route.ts': { GET: handler, POST: handler },
    'app/(public)/v3/licenses/[id]/route.tsx': { GET: handler, dynamic: 'auto', revalidate: 0 },
    'app/v3/@side/account/route.js': { PUT: handler },
    'app/v3/licenses/[[...rest]]/route.ts': { GET: handler },
    'app/files/[...rest]/route.ts': { GET: handler },
    'pages/api/me.ts': { default: handler },
    'pages/me/index.ts': { default: handler },
    '/ping': { GET: handler },
    'app/route.ts': { GET: handler },
  }
  assert.deepEqual(forNext.unmapped(files, gate), ['PUT /v3/account', 'GET /v3/licenses/[[...rest]]', 'GET /files/[...rest]', 'ALL /api/me', 'GET /'])
})

test('node: a list of your own', () => {
  const routes = ['GET /v3/licenses/{id}', 'GET /v3/licenses/:id', 'PURGE /v3/licenses', 'GET /bases/{base}/rows', 'GET /files/{rest...}', 'GET', '']
  assert.deepEqual(forNode.unmapped(routes, policy), ['PURGE /v3/licenses', 'GET /files/{rest...}', ' GET', ' '])
})
