// The same small API in every framework. Handlers say which route the framework chose for them.
import { createServer } from 'node:http'

import { serve } from '@hono/node-server'
import express from 'express'
import express4 from 'express4'
import fastify from 'fastify'
import { Hono } from 'hono'

import * as forExpress from 'portcullis/express'
import * as forFastify from 'portcullis/fastify'
import * as forHono from 'portcullis/hono'
import * as forNext from 'portcullis/next'
import * as forNode from 'portcullis/node'

import { table } from './requests.mjs'

/** Method and path of each route, as the policy writes them. */
export const ROUTES = table.routes.map((route) => route.split(' '))

const colons = (path) => path.replace(/\{(\w+)\}/g, ':$1')
const forms = {
  express: (path) => colons(path.replace('}:', '}\\:')),
  fastify: (path) => colons(path.replace('}:', '}([^:]+)::')),
  hono: (path) => colons(path.replace(/\{(\w+)\}(:\w+)/, ':$1{[^:]+$2}')),
  next: (path) => path.replace(/\{(\w+)\}/g, '[$1]'),
}
const said = (route, { details, wouldDeny }) => ({ route, decided: details.route, owner: details.owner, wouldDeny: wouldDeny?.reason ?? null })
const listening = (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)))
const closing = (server) => () => new Promise((done) => (server.close(done), server.closeAllConnections()))

function onExpress(framework, guard) {
  return async (gate, { handled, options, before }) => {
    const app = framework()
    if (before !== undefined) app.use(before)
    app.use(guard(gate, options))
    app.use(framework.json())
    for (const [method, path] of ROUTES) {
      app[method.toLowerCase()](forms.express(path), (req, res) => {
        handled(req)
        res.json(said(`${method} ${path}`, req.decision))
      })
    }
    const server = await listening(createServer(app))
    return { port: server.address().port, close: closing(server), unmapped: () => forExpress.unmapped(app, gate) }
  }
}

/** By name: `start(gate, { handled, options })`, whether the platform reads URLs first, and whether its router is always case-sensitive. */
export const frameworks = {
  node: {
    start: async (gate, { handled, options }) => {
      const listener = forNode.guard(gate, (req, res, decision) => {
        handled(req)
        res.setHeader('content-type', 'application/json').end(JSON.stringify(said(decision.details.route, decision)))
      }, options)
      const server = await listening(createServer(listener))
      const routes = ROUTES.map(([method, path]) => `${method} ${path}`)
      return { port: server.address().port, close: closing(server), unmapped: () => forNode.unmapped(routes, gate) }
    },
  },
  'express 5': { start: onExpress(express, forExpress.guard) },
  'express 4': { start: onExpress(express4, forExpress.guard) },
  fastify: {
    caseSensitive: true,
    start: async (gate, { handled, options }) => {
      const app = fastify()
      await app.register(forFastify.guard, { gate, ...options })
      for (const [method, path] of ROUTES) {
        app.route({ method, url: forms.fastify(path), handler: async (request) => (handled(request), said(`${method} ${path}`, request.decision)) })
      }
      await app.listen({ port: 0, host: '127.0.0.1' })
      return { port: app.server.address().port, close: () => app.close(), unmapped: () => forFastify.unmapped(app, gate) }
    },
  },
  hono: {
    fetches: true,
    caseSensitive: true,
    start: async (gate, { handled, options }) => {
      const app = new Hono()
      app.use(forHono.guard(gate, options))
      for (const [method, path] of ROUTES) {
        app.on(method, forms.hono(path), (c) => (handled(c), c.json(said(`${method} ${path}`, c.var.decision))))
      }
      const server = await new Promise((done) => {
        const started = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => done(started))
      })
      return { port: server.address().port, close: closing(server), unmapped: () => forHono.unmapped(app, gate) }
    },
  },
  next: {
    fetches: true,
    start: async (gate, { handled, options }) => {
      const handler = forNext.guard(gate, (request, _, decision) => (handled(request), Response.json(said(decision.details.route, decision))), options)
      const server = await new Promise((done) => {
        const started = serve({ fetch: (request) => handler(request, undefined), port: 0, hostname: '127.0.0.1' }, () => done(started))
      })
      const files = {}
      // A folder of Next that begins with @ is a slot, and no part of the path.
      for (const [method, path] of ROUTES.filter(([, path]) => !path.includes('@'))) {
        const file = `app${forms.next(path)}/route.ts`
        files[file] = { ...files[file], [method]: handler }
      }
      return { port: server.address().port, close: closing(server), unmapped: () => forNext.unmapped(files, gate) }
    },
  },
}
