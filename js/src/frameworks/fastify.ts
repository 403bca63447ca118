import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'

import type { Allowed, Denied } from '../decision/decision.js'
import type { Gate } from '../gate/gate.js'
import { originForm } from '../gate/request.js'
import { checkRequest, type GuardOptions as Options } from './guard.js'
import { responseEnd } from './response-end.js'
import { decoded, RouterMatch } from './router-match.js'
import { samplesOf } from './sample-paths.js'
import { type ListedRoute, type PolicyHolder, unmappedOf } from './unmapped.js'

export type { PolicyHolder } from './unmapped.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The decision that let the request pass, with the verified identity. Set behind the guard. */
    decision: Allowed
  }
}

/** Options of the plugin. */
export interface GuardOptions<Context = unknown> extends Options<FastifyRequest, Context> {
  readonly gate: Gate<Context>
}

/** The routes registered after the guard, by server. */
const routes = new WeakMap<object, ListedRoute[]>()

/**
 * A plugin that answers denied requests and passes allowed ones on: `await app.register(guard, { gate })`. The decision
 * is in `request.decision`.
 *
 * It guards the instance that it is registered on and everything below. It decides before the body is read, on the path
 * that Fastify routes, even with `rewriteUrl`.
 */
// Any context: the gate and the `context` option have to agree on its type.
export const guard: FastifyPluginCallback<GuardOptions<any>> = Object.assign(plugin, {
  // The hooks belong to the instance that registers the plugin, not to a scope of the plugin.
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
    done(new TypeError('portcullis cannot read paths as Fastify does with useSemicolonDelimiter: turn it off'))
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

/** Responds through the reply, so that headers of other plugins, such as CORS, are sent too. */
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

/**
 * The routes of this application, registered after the guard, that the policy does not cover. Call it when the
 * application is ready.
 */
export function unmapped(app: Pick<FastifyInstance, 'server'>, gate: PolicyHolder): string[] {
  return unmappedOf(routes.get(app.server) ?? [], gate)
}
