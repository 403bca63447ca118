// Made-up tokens, for development.
import type { Attempt } from '../policy/attempt.js'
import type { Policy } from '../policy/full-policy.js'
import type { CommandOutcome } from '../policy/lifecycle.js'
import type { KindDescription } from '../policy/policy.js'
import { misused } from './exit.js'

/** The owner of a made-up token. */
export const OWNER = 'owner'

/** The kind with this name, or the first one. */
export function kindIn(policy: Policy, name: string | undefined): KindDescription {
  const kind = name === undefined ? policy.kinds[0] : policy.kinds.find((known) => known.name === name)
  if (kind === undefined) throw misused(`there is no kind ${name ?? ''}: use one of ${policy.kinds.map(({ name }) => name).join(', ')}`)
  return kind
}

/** A token with these grants, whether or not the policy would let it be created. */
export function made(policy: Policy, kind: string, grants: readonly string[], tenant: string | null): { plaintext: string; record: object } {
  const { id, digest, plaintext } = policy.mint(kind)
  const [createdAt, expiresAt] = [-1000, 3_600_000].map((after) => new Date(Date.now() + after).toISOString())
  const record = { v: 1, id, kind, ...(tenant === null ? {} : { tenant }), owner: OWNER, grants, digest, createdAt, expiresAt, revision: 1 }
  return { plaintext, record }
}

/** The attempt with its token, sent in the first way that the policy accepts. */
export function sent(policy: Policy, attempt: Attempt, plaintext: string): Attempt {
  const ways = [
    { authorization: `Bearer ${plaintext}` },
    { authorization: `Token ${plaintext}` },
    { authorization: `Basic ${btoa(`:${plaintext}`)}` },
    { header: plaintext },
    { header: `bearer, ${plaintext}` },
  ]
  const attempts = ways.map((way) => ({ ...attempt, ...way }))
  return attempts.find((tried) => policy.decide(tried, { token: null }).reason !== 'missing') ?? { ...attempt, ...ways[0] }
}

/** Creates a token as the policy does, with its defaults and limits. */
export function created(policy: Policy, fields: object): CommandOutcome {
  const command = { command: 'create', id: 'portcullis-new-token', owner: OWNER, ...fields }
  return policy.apply({ record: null, command, actor: { system: true } })
}
