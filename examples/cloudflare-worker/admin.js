// What administrators do with tokens, and what time asks for. None of it is in the way of a request.
import { RefusedError, Tokens } from 'portcullis'
import { d1 } from 'portcullis/d1'
import { kv, mirrored } from 'portcullis/kv'
import policy from './policy.json'

/** Commands are committed in D1, and published to KV. */
export function storeOf(env) {
  return mirrored(d1(env.DB), kv(env.TOKENS))
}

function tokensOf(env) {
  return new Tokens({ policy, store: storeOf(env) })
}

/** `GET`, `POST` /admin/tokens and `DELETE` /admin/tokens/{id}, for whoever has the key of the administrators. */
export async function administer(request, env) {
  if (!(await knowsKey(request, env))) return Response.json({ message: 'Send the key of the administrators.' }, { status: 401 })
  const tokens = tokensOf(env)
  const by = { id: 'administrators', roles: ['admin'] }
  const { pathname, searchParams } = new URL(request.url)
  const id = decodeURIComponent(pathname.slice('/admin/tokens/'.length))
  try {
    if (request.method === 'GET' && id === '') {
      return Response.json(await tokens.overview({ after: searchParams.get('after') }, { by }))
    }
    if (request.method === 'POST' && id === '') {
      const { owner, name, grants } = await request.json()
      const { token, plaintext } = await tokens.create({ kind: 'service', owner, name, grants }, { by })
      return Response.json({ id: token.id, plaintext }, { status: 201 })
    }
    if (request.method === 'DELETE' && id !== '') {
      await tokens.revoke(id, { by, reason: 'revoked by an administrator' })
      return new Response(null, { status: 204 })
    }
    return Response.json({ message: 'There is nothing of that kind here.' }, { status: 404 })
  } catch (error) {
    if (!(error instanceof RefusedError) && error.code !== 'invalid_request') throw error
    return Response.json({ code: error.code, field: error.field, message: error.message }, { status: 422 })
  }
}

/** Gives the commands that are due, publishes what is left to publish, and sends what is to be told. */
export async function attend(env) {
  const tokens = tokensOf(env)
  let after = null
  do {
    const swept = await tokens.sweep({ after, limit: 100 })
    for (const { token, command, code } of swept.failed) console.error(`${command} of ${token} was not done: ${code}`)
    after = swept.next
  } while (after !== null)
  const { failed } = await storeOf(env).catchUp()
  for (const { token, message } of failed) console.error(`${token} is out of date in KV: ${message}`)
  for (const { to, subject, keys } of tokens.letters(await tokens.outbox())) {
    // Here you would send it. What is acknowledged does not come again.
    console.log(JSON.stringify({ to, subject: subject.en }))
    await tokens.acknowledge(keys)
  }
}

/** In the same time, whatever was sent. */
async function knowsKey(request, env) {
  const digest = (text) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  const [sent, known] = await Promise.all([digest(request.headers.get('x-admin-key') ?? ''), digest(env.ADMIN_KEY ?? '')])
  return (env.ADMIN_KEY ?? '').length >= 16 && crypto.subtle.timingSafeEqual(sent, known)
}
