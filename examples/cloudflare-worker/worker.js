// A gate in front of an origin, with the tokens that it asks for. Requests read the copy in KV, which is close to them;
// commands and uses go to D1, which is right.
import { Gate } from 'portcullis'
import { kv } from 'portcullis/kv'
import { administer, attend, storeOf } from './admin.js'
import policy from './policy.json'

const gate = new Gate({
  policy,
  tokens: (id, { env }) => kv(env.TOKENS).get(id),
  touch: (id, revision, advice, { env }) => storeOf(env).touch(id, revision, advice),
  waitUntil: (work, { ctx }) => ctx.waitUntil(work),
  clientIp: 'cf-connecting-ip',
  cache: true,
  maxStaleness: 5_000,
})

export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url)
    if (pathname === '/admin/tokens' || pathname.startsWith('/admin/tokens/')) return administer(request, env)
    const decision = await gate.check(request, { env, ctx })
    if (!decision.allow) return decision.response()
    return fetch(decision.forward(request))
  },

  async scheduled(_, env) {
    await attend(env)
  },
}
