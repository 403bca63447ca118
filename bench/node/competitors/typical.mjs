// The check as most people write it: createHash, timingSafeEqual, find-my-way and a Set.
import { createHash, timingSafeEqual } from 'node:crypto'
import { router } from './routes.mjs'

const HEAD = 'Bearer acme_pat_'

export function typical({ routes, tokens, now }) {
  const table = router(routes)
  const opened = tokens.map(({ record }) => ({
    id: record.id,
    digest: Buffer.from(record.digest.slice('sha256:'.length), 'hex'),
    revoked: record.revoked != null,
    expiresAt: Date.parse(record.expiresAt),
    permissions: new Set(record.grants),
  }))
  const byId = new Map(opened.map((token) => [token.id, token]))

  const parse = (authorization) => {
    if (!authorization.startsWith(HEAD)) return []
    const [id, rest] = authorization.slice(HEAD.length).split('_')
    return [id, rest?.slice(0, 32)]
  }

  const decide = (method, target, id, secret, token) => {
    if (token === undefined || token.id !== id) return 401
    const digest = createHash('sha256').update(id + secret).digest()
    if (!timingSafeEqual(digest, token.digest)) return 401
    if (token.revoked || now >= token.expiresAt) return 401

    const route = table.find(method, target)
    if (route === null) return 403
    return token.permissions.has(route.store.permission) ? 200 : 403
  }

  return [
    {
      name: 'hand-written, typical',
      check({ method, target, authorization, token }) {
        const [id, secret] = parse(authorization)
        return secret ? decide(method, target, id, secret, opened[token]) : 401
      },
    },
    {
      name: 'hand-written, typical, looked up',
      check({ method, target, authorization }) {
        const [id, secret] = parse(authorization)
        return secret ? decide(method, target, id, secret, byId.get(id)) : 401
      },
    },
  ]
}
