// The check as it stands in people's middleware: the token is looked up in a Map by the id in the header.
import { SmartRouter } from 'hono/router/smart-router'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { TrieRouter } from 'hono/router/trie-router'

import { tuned } from './tuned.mjs'
import { typical } from './typical.mjs'

const HEAD = 'Bearer acme_pat_'

/** For `node:http`: the two hand-written checks with a look-up, in an async function as middleware is. */
export function onNode(data) {
  return [typical(data)[1], tuned(data)[1]].map(({ name, check }) => ({
    name: `node:http, ${name}`,
    later: true,
    async check({ method, url, headers }) {
      return check({ method, target: url, authorization: headers.authorization })
    },
  }))
}

/** For Fetch servers: `crypto.subtle`, which is what the edge has, and the router of Hono as it is by default. */
export function onFetch({ routes, tokens, now }) {
  const router = new SmartRouter({ routers: [new RegExpRouter(), new TrieRouter()] })
  for (const { method, template, permission } of routes) router.add(method, template.replace(/\{(\w+)\}/g, ':$1'), permission)
  const byId = new Map(
    tokens.map(({ record }) => [
      record.id,
      {
        digest: Uint8Array.from(record.digest.slice('sha256:'.length).match(/../g), (byte) => parseInt(byte, 16)),
        revoked: record.revoked != null,
        expiresAt: Date.parse(record.expiresAt),
        permissions: new Set(record.grants),
      },
    ]),
  )
  const encoder = new TextEncoder()

  return {
    name: 'Fetch, hand-written: crypto.subtle, Hono',
    later: true,
    async check(request) {
      const authorization = request.headers.get('authorization')
      if (!authorization?.startsWith(HEAD)) return 401
      const [id, rest] = authorization.slice(HEAD.length).split('_')
      const token = byId.get(id)
      if (token === undefined || rest === undefined) return 401
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(id + rest.slice(0, 32))))
      let difference = 0
      for (let at = 0; at < 32; at++) difference |= digest[at] ^ token.digest[at]
      if (difference !== 0 || token.revoked || now >= token.expiresAt) return 401
      const [found] = router.match(request.method, new URL(request.url).pathname)
      if (found.length === 0) return 403
      return token.permissions.has(found[0][0]) ? 200 : 403
    },
  }
}
