import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'

import type { Allowed, Denied } from '../decision/decision.js'
import type { Gate } from '../gate/gate.js'
import { originForm } from '../gate/request.js'
import { assertOptions, checkRequest, type GuardOptions as Options, refusal } from './guard.js'
import { responseEnd } from './response-end.js'
import { RouterMatch } from './router-match.js'
import { assertSettings, contradiction, pathRulesOf } from './router-settings.js'
import { Patterns, templatesOf } from './templates.js'
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
 * that Fastify routes, even with `rewriteUrl`, and denies a request for which Fastify took another route than the one
 * decided. It does not start under a policy whose `paths` contradict the settings of Fastify's router.
 */
// Any context: the gate and the `context` option have to agree on its type.
export const guard: FastifyPluginCallback<GuardOptions<any>> = Object.assign(plugin, {
  // The hooks belong to the instance that registers the plugin, not to a scope of the plugin.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'portcullis',
})

function plugin<Context>(app: FastifyInstance, options: GuardOptions<Context>, done: (error?: Error) => void): void {
  const { gate } = options
  const listed = routes.get(app.server) ?? []
  routes.set(app.server, listed)
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) listed.push({ method: each, path: url, templates: templatesOf(url, 'fastify') })
  })
  try {
    assertOptions(options)
    compareSettings(app, gate)
  } catch (error) {
    done(error as Error)
    return
  }
  const match = new RouterMatch(gate.policy)
  const patterns = new Patterns('fastify')
  // The root of a prefix takes a path with a slash as well, and does not say so.
  const templatesFor = (url: string, target: string) => patterns.templates(/^[^?]*\/(?:\?|$)/.test(target) && !url.endsWith('/') && !url.endsWith('*') ? `${url}/` : url)
  if (!app.hasRequestDecorator('decision')) app.decorateRequest('decision')
  app.addHook('onRequest', async (request, reply) => {
    const { raw, method, routeOptions, is404 } = request
    const params = request.params as Readonly<Record<string, string>>
    const written = routeOptions.url ?? ''
    const taken = { written, templates: templatesFor(written, raw.url ?? ''), valueOf: (name: string) => params[name] }
    const told = {
      target: originForm(raw.url ?? ''),
      after: responseEnd(reply.raw),
      // Without a route there is nothing to compare: Fastify says that it found nothing.
      refuses: is404 ? undefined : (decision: Allowed) => refusal(match, method, taken, decision),
    }
    const decision = await checkRequest(gate, raw, request, options, told)
    if (!decision.allow) return answer(decision, reply)
    request.decision = decision
    return undefined
  })
  done()
}

function compareSettings(app: FastifyInstance, { policy }: Gate<never>): void {
  const { caseSensitive, ignoreTrailingSlash, useSemicolonDelimiter } = { ...app.initialConfig, ...app.initialConfig.routerOptions }
  const router = 'Fastify'
  const written = (name: string, value: boolean | undefined, otherwise: boolean) => `routerOptions.${name}: ${String(value ?? otherwise)}`
  const slash = { written: written('ignoreTrailingSlash', ignoreTrailingSlash, false), ignores: ignoreTrailingSlash === true }
  assertSettings(policy, {
    router,
    case: { written: written('caseSensitive', caseSensitive, true), ignores: caseSensitive === false },
    trailingSlash: slash,
  })
  // Fastify does not ignore it by default: an application that sets this wants both forms to pass.
  if (slash.ignores && !pathRulesOf(policy).ignoresTrailingSlash) throw contradiction(router, slash, '"trailingSlash": "strict"', '"ignore"')
  if (useSemicolonDelimiter !== true) return
  const semicolon = { written: written('useSemicolonDelimiter', true, false), ignores: true }
  throw contradiction(router, semicolon, pathRulesOf(policy).semicolonIsLiteral ? '"semicolon": "literal"' : '"semicolon": "refuse"', null)
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
