// A worker as somebody might write it: records from KV, kept for a while; uses written back; a stream that is watched.
import { Gate } from 'portcullis'

let gate

export default {
  async fetch(request, env, ctx) {
    gate ??= new Gate({
      policy: env.POLICY,
      cache: true,
      maxStaleness: env.STALE,
      tokens: async (id, { env }) => {
        await env.TOKENS.put('asked', String(Number(await env.TOKENS.get('asked')) + 1))
        return env.TOKENS.get(id)
      },
      touch: async (id, revision, advice, { env }) => env.TOKENS.put(`touched:${id}`, JSON.stringify({ revision, ...advice })),
      waitUntil: (work, { ctx }) => ctx.waitUntil(work),
    })
    const decision = await gate.check(request, { env, ctx })
    if (!decision.allow) return decision.response()
    if (!request.url.endsWith('?stream')) return Response.json(decision.details.owner)
    const { readable, writable } = new TransformStream()
    const writer = writable.getWriter()
    const text = (line) => writer.write(new TextEncoder().encode(`${line}\n`))
    ctx.waitUntil((async () => {
      await text('open')
      const denied = await gate.recheck(request, { env, ctx })
      await text(denied?.reason)
      await writer.close()
    })())
    return new Response(readable)
  },
}
