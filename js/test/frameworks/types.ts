// Compiled, never run: what the types of the frameworks promise.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

import express, { type Request as ExpressRequest } from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { type Allowed, type Denied, Gate, tokenId } from 'portcullis'
import * as forExpress from 'portcullis/express'
import * as forFastify from 'portcullis/fastify'
import * as forHono from 'portcullis/hono'
import * as forNext from 'portcullis/next'
import * as forNode from 'portcullis/node'

interface Env {
  readonly TOKENS: { get(id: string): Promise<string | null> }
}

declare const gate: Gate
declare const bound: Gate<Env>
declare const env: Env

export const server = createServer(
  forNode.guard(gate, (req, res, decision) => {
    const request: IncomingMessage = req
    const response: ServerResponse = res
    const allowed: Allowed = decision
    // @ts-expect-error an allowed request has no response of its own
    decision.response()
    response.end(`${request.url} ${allowed.details.owner}`)
  }),
)

export const app = express()
app.use(forExpress.guard(gate))
app.use(forExpress.guard(bound, { context: (req: ExpressRequest) => ({ ...env, path: req.path }) }))
// @ts-expect-error the context of the gate is no number
app.use(forExpress.guard(bound, { context: () => 42 }))
app.get('/', (req, res) => {
  const decision: Allowed | undefined = req.decision
  // @ts-expect-error a route that stands before the guard has no decision
  const owner = req.decision.details.owner
  res.json([decision, owner])
})
const missing: string[] = forExpress.unmapped(app, gate)

export const instance = fastify()
void instance.register(forFastify.guard, { gate })
void instance.register(forFastify.guard, { gate: bound, context: (request) => (request.url === '' ? env : env) })
// @ts-expect-error a guard needs its gate
void instance.register(forFastify.guard, { needs: 'a:read' })
instance.get('/', ({ decision }) => {
  const allowed: Allowed = decision
  return allowed.details.owner ?? missing
})

export const hono = new Hono()
  .use(forHono.guard(gate))
  .get('/', (c) => {
    const decision: Allowed = c.var.decision
    // @ts-expect-error nobody put this there
    c.get('identity')
    return c.text(`${decision.details.owner} ${c.get('decision').status}`)
  })
forHono.unmapped(hono, gate.policy)
const withEnv = new Hono<{ Bindings: Env }>()
withEnv.use(forHono.guard(bound))
withEnv.get('/', (c) => c.json(c.env.TOKENS))
forHono.unmapped(withEnv, gate)

export const GET = forNext.guard(gate, async (request, { params }: { params: Promise<{ id: string }> }, decision) => {
  const id: string = (await params).id
  return Response.json([id, request.url, decision.details.owner])
})
const answer: Promise<Response> = GET(new Request('https://api.acme.test'), { params: Promise.resolve({ id: '1' }) })
// @ts-expect-error the handler asked for parameters
void GET(new Request('https://api.acme.test'))
forNext.unmapped({ 'app/route.ts': { GET } }, gate)

export async function stream(request: Request): Promise<Denied | null> {
  await answer
  // @ts-expect-error the context is not optional once it is used
  await bound.recheck(request)
  gate.forget({ token: tokenId('0123456789abcdef'), tenant: 'acme' })
  // @ts-expect-error the owner is no token
  gate.forget({ token: 'ada' })
  // @ts-expect-error decisions are not kept
  new Gate({ policy: '{}', tokens: () => null, cache: 'decisions' })
  new Gate({ policy: '{}', tokens: new Map<string, object>(), cache: { entries: 10 }, clientIp: 'cf-connecting-ip' })
  return bound.recheck(request, env, { signal: AbortSignal.timeout(1) })
}
