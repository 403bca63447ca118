import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'

import type { Allowed, Denied } from '../decision/decision.js'
import type { Gate } from '../gate/gate.js'
import { originForm } from '../gate/request.js'
import { RouterMatch, decoded } from './router-match.js'
import { checkRequest, type GuardOptions as Options } from './guard.js'
import { samplesOf } from './sample-paths.js'
import { responseEnd } from './response-end.js'
import { type PolicyHolder, type ListedRoute, unmappedOf } from './unmapped.js'

export type { PolicyHolder } from './unmapped.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Why the request may pass, with the verified identity. Set behind the guard. */
    decision: Allowed
  }
}

/** What the plugin is told. */
export interface GuardOptions<Context = unknown> extends Options<FastifyRequest, Context> {
  readonly gate: Gate<Context>
}

/** The routes that were registered after the guard, by the server that they belong to. */
const routes = new WeakMap<object, ListedRoute[]>()

/**
 * A plugin that answers denials, and lets only allowed requests through: `await app.register(guard, { gate })`. The
 * decision is `request.decision`.
 *
 * It guards the instance that it is registered on, with everything below. It asks before the body is read, and counts
 * the path that Fastify routes, also behind `rewriteUrl`.
 */
// Any context: which one it is, the gate and the function that makes it have settled between them.
export const guard: FastifyPluginCallback<GuardOptions<any>> = Object.assign(plugin, {
  // The hooks are for the instance that registers the plugin, not for a scope of the plugin's own.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'portcullis',
})

function plugin<Context>(app: FastifyInstance, options: GuardOptions<Context>, done: (error?: Error) => void): void {
  const listed = routes.get(app.server) ?? []
  routes.set(app.server, listed)
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) listed.push({ method: each, path: url, samples: samplesOf(url, 'constraint') })
  })
  const { caseSensitive, useSemicolonDelimiter } = { ...app.initialConfig, ...app.initialConfig.routerOptions }
  if (useSemicolonDelimiter === true) {
    done(new TypeError('portcullis reads no path as Fastify does with useSemicolonDelimiter: leave it off'))
    return
  }
  const routerMatch = new RouterMatch(options.gate.policy, { reads: decoded, anyCase: caseSensitive === false })
  if (!app.hasRequestDecorator('decision')) app.decorateRequest('decision')
  app.addHook('onRequest', async (request, reply) => {
    const { raw } = request
    const target = routerMatch.target(request.method, originForm(raw.url ?? ''))
    const told = { target, after: responseEnd(reply.raw) }
    const decision = await checkRequest(options.gate, raw, request, options, told)
    if (!decision.allow) return answer(decision, reply)
    request.decision = decision
    return undefined
  })
  done()
}

/** Through the reply, so that what other plugins put on it, such as the fields of CORS, goes out as well. */
function answer(denied: Denied, reply: FastifyReply): FastifyReply {
  denied.send({
    statusCode: denied.status,
    setHeader: (name, value) => reply.header(name, value),
    end(body) {
      reply.code(this.statusCode).send(body)
    },
  })
  return reply
}

/** The routes registered after the guard, by this application, that the policy does not know. Ask when it is ready. */
export function unmapped(app: Pick<FastifyInstance, 'server'>, gate: PolicyHolder): string[] {
  return unmappedOf(routes.get(app.server) ?? [], gate)
}
