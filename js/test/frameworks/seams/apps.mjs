// One application per framework for a list of routes, whose handlers say what ran and with what.
import express from 'express'
import express4 from 'express4'
import fastify from 'fastify'
import findMyWay from 'find-my-way'
import { Hono } from 'hono'
import { guard as expressGuard } from 'portcullis/express'
import { guard as fastifyGuard } from 'portcullis/fastify'
import { guard as honoGuard } from 'portcullis/hono'
import { guard as nodeGuard } from 'portcullis/node'

import { answered } from '../routers/wire.mjs'

const colons = (rest) => (template) => template.replace(/\{(\w+)(\.\.\.)?\}/g, (_, name, dots) => (dots === undefined ? `:${name}` : rest(name)))

const onExpress = (framework, path) => (gate, routes, { settings = {}, before, behind, options } = {}) => {
  const app = framework()
  for (const [name, value] of Object.entries(settings)) app.set(name, value)
  if (before !== undefined) app.use(before)
  app.use(expressGuard(gate, options))
  if (behind !== undefined) app.use(behind)
  let ran = null
  for (const [method, template] of routes) {
    app[method.toLowerCase()](path(template), (req, res) => {
      ran = { route: `${method} ${template}`, params: { ...req.params } }
      res.end()
    })
  }
  let failed = null
  app.use((error, _req, res, _next) => (failed = error, res.statusCode = 500, res.end()))
  return async (line, authorization) => {
    ran = null
    const [method, target] = line.split(' ')
    const status = await answered((req, res) => app.handle(req, res, () => (res.statusCode = 404, res.end())), { method, target, authorization })
    if (failed !== null) throw failed
    return ran ?? status
  }
}

/** By name: `await build(gate, routes, settings)` gives `ask(line, authorization)`, which tells what ran, or the status. */
export const apps = {
  'express 5': onExpress(express, colons((name) => `*${name}`)),
  'express 4': onExpress(express4, colons(() => '*')),
  fastify: async (gate, routes, { settings = {} } = {}) => {
    const app = fastify({ routerOptions: settings })
    await app.register(fastifyGuard, { gate })
    let ran = null
    for (const [method, template] of routes) {
      app.route({ method, url: colons(() => '*')(template), handler: async (request) => {
        ran = { route: `${method} ${template}`, params: { ...request.params } }
        return ''
      } })
    }
    await app.ready()
    return async (line, authorization) => {
      ran = null
      const [method, target] = line.split(' ')
      const status = await answered((req, res) => app.routing(req, res), { method, target, authorization })
      return ran ?? status
    }
  },
  hono: async (gate, routes, { settings = {} } = {}) => {
    const app = new Hono(settings)
    app.use(honoGuard(gate))
    let ran = null
    for (const [method, template] of routes) {
      app.on(method, colons(() => '*')(template), (c) => {
        ran = { route: `${method} ${template}`, params: c.req.param() }
        return c.body('')
      })
    }
    return async (line, authorization) => {
      ran = null
      const [method, target] = line.split(' ')
      const { status } = await app.fetch(new Request(`http://api.test${target}`, { method, headers: authorization === undefined ? {} : { authorization } }))
      return ran ?? status
    }
  },
  node: async (gate, routes, { settings = {} } = {}) => {
    const router = findMyWay(settings)
    let ran = null
    for (const [method, template] of routes) {
      router.on(method, colons(() => '*')(template), (_, res, params) => {
        ran = { route: `${method} ${template}`, params: { ...params } }
        res.end()
      }, { template })
    }
    const route = ({ method, url }) => {
      const found = router.find(method, url)
      return found === null ? null : { route: found.store.template, params: found.params }
    }
    const listener = nodeGuard(gate, (req, res) => router.lookup(req, res), { route })
    return async (line, authorization) => {
      ran = null
      const [method, target] = line.split(' ')
      const status = await answered(listener, { method, target, authorization })
      return ran ?? status
    }
  },
}
