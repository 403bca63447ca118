// Compiled, never run: what the types promise.
import { Cluster, Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import pg from 'pg'
import { Gate, Policy, type PolicyDocument, type Reason, type RefusalCode, RefusedError, type Store, type TokenId, tokenId, Tokens } from 'portcullis'
import { d1, type D1Database } from 'portcullis/d1'
import * as deciding from 'portcullis/gate'
import { kv, type KvNamespace, mirrored } from 'portcullis/kv'
import { postgres } from 'portcullis/postgres'
import { redis } from 'portcullis/redis'
import { load } from 'portcullis/slim'
import { createClient, createCluster } from 'redis'
import { createClient as createClient5 } from 'redis5'

interface Env {
  readonly TOKENS: { get(id: string): Promise<string | null> }
}

declare const request: Request
declare const env: Env
declare const document: { portcullis: number; name: string }

export async function worker(): Promise<Response> {
  const gate = new Gate<Env>({ policy: document, tokens: (id, env) => env.TOKENS.get(id) })
  // @ts-expect-error the context is not optional once it is used
  await gate.check(request)
  const decision = await gate.check(request, env)
  // @ts-expect-error a denial has nothing to forward
  decision.forward(request)
  // @ts-expect-error an allowed request has no response of its own
  decision.response()
  if (!decision.allow) {
    const reason: Reason = decision.reason
    // @ts-expect-error there is no such reason
    if (decision.reason === 'because') return decision.response()
    return reason === 'missing' ? decision.response() : decision.response()
  }
  const none: null = decision.reason
  return fetch(decision.forward(request), { headers: { none: String(none) } })
}

export async function inferred(): Promise<boolean> {
  const gate = new Gate({ policy: document, tokens: (id, env: Env) => env.TOKENS.get(id) })
  // @ts-expect-error a promise is no answer
  if (gate.check(request, env)) return true
  return (await gate.authorize(request, env)).allow
}

export function direct(policy: Policy): void {
  const decision = policy.decide({ method: 'GET', target: '/' }, { token: null })
  // @ts-expect-error a decision is no number
  const sum = decision + 1
  // @ts-expect-error what is opened is opened by the policy, and by nobody else
  policy.decide({ needs: 'a:read' }, { token: { id: 'x' } })
  // @ts-expect-error nothing changes a decision
  decision.allow = true
  const found = policy.identify({ needs: 'a:read' })
  const looked: TokenId | null = typeof found === 'string' ? found : null
  const id: string = looked ?? 'none'
  load(new Uint8Array([sum, id.length]))
}

export async function life(store: Store): Promise<string> {
  const tokens = new Tokens({ policy: document, store })
  const by = { id: 'root', roles: ['admin'] }
  const { token, plaintext } = await tokens.create({ kind: 'personal', name: 'ERP sync' }, { by })
  // @ts-expect-error a repeated command has no plaintext
  const always: string = plaintext
  // @ts-expect-error nobody sees a digest
  const digest = token.digest
  // @ts-expect-error somebody must give it
  await tokens.lock(token.id, { reason: 'seen in public' })
  // @ts-expect-error a secret is no id
  await tokens.lock(plaintext ?? '', { by })
  // @ts-expect-error nor is an owner
  await tokens.find(token.owner, { by })
  await tokens.find(tokenId(request.url.slice(-16)), { by })
  // @ts-expect-error the token itself is the actor
  await tokens.rotate({ plaintext: always }, { by })
  // @ts-expect-error an owner is not edited
  await tokens.edit(token.id, { owner: 'bob' }, { by })
  try {
    await tokens.revoke(token.id, { by })
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error
    // @ts-expect-error there is no such code
    if (error.code === 'because') return always
    const code: RefusalCode = error.code
    return code
  }
  const gate = new Gate({ policy: document, tokens: store })
  return String(digest ?? (await gate.check(request)).status)
}

export function entries(whole: Policy, small: deciding.Policy): deciding.Gate {
  // What is of one entry may be handed to the other.
  const gate: Gate = new deciding.Gate({ policy: whole, tokens: () => null })
  const tokens = new Tokens({ policy: small, store: {} as Store })
  whole.due('{}')
  // @ts-expect-error a policy that only decides knows nothing of a token's life
  small.due('{}')
  // @ts-expect-error nor does the one that a gate opens
  gate.policy.apply('{}')
  return tokens.policy === gate.policy ? gate : new Gate({ policy: small, tokens: () => null })
}

export function clients(): Store[] {
  // @ts-expect-error a client is needed, or where to find a server
  redis({ host: 'localhost' })
  const rootNodes = [{ url: 'redis://localhost' }]
  return [
    redis('redis://localhost', { durability: 'every-second', replicas: 1 }),
    redis(createClient()),
    redis(createClient({ RESP: 2 })),
    redis(createClient5()),
    redis(createCluster({ rootNodes })),
    redis(new Redis()),
    redis(new Redis5()),
    redis(new Cluster(['redis://localhost'])),
  ]
}

export function shared(): Store[] {
  // @ts-expect-error one connection of a pool is no pool of another driver
  postgres({ execute: () => undefined })
  return [postgres('postgres://db/tokens', { timeout: 1000 }), postgres(new pg.Pool())]
}

export function copies(env: { readonly DB: D1Database; readonly TOKENS: KvNamespace }): Gate {
  new Tokens({ policy: document, store: mirrored(d1(env.DB), kv(env.TOKENS)) })
  // @ts-expect-error a read copy takes no commands
  new Tokens({ policy: document, store: kv(env.TOKENS) })
  return new Gate({ policy: document, tokens: kv(env.TOKENS) })
}

const library = {
  portcullis: 1,
  name: 'library',
  realm: 'Library API',
  resources: { book: {}, crm: { resources: { customers: { instances: true } } } },
  routes: [
    { crud: '/books', needs: 'book' },
    { on: 'GET /customers/{id}', needs: { any: ['crm.customers/{id}:read', { all: ['book:read', 'book:update'] }] } },
    { on: 'GET /me', authenticated: true },
    { on: 'GET /ping', open: true },
    // @ts-expect-error a route says what it needs
    { on: 'GET /nothing' },
    // @ts-expect-error an open route looks at no token
    { on: 'GET /both', open: true, needs: 'book:read' },
  ],
  kinds: {
    personal: { prefix: 'lib_pat', lifetime: { default: '90d' }, idle: { default: '45d', then: 'revoke' }, may: { revoke: ['owner'] } },
    // @ts-expect-error somebody may revoke
    service: { prefix: 'lib_svc', may: { create: ['admin'] } },
    // @ts-expect-error there is no such unit of time
    weekly: { prefix: 'lib_week', lifetime: { default: '2w' }, may: { revoke: ['owner'] } },
    // @ts-expect-error there is no such field
    locked: { prefix: 'lib_lock', lokable: true, may: { revoke: ['owner'] } },
    // @ts-expect-error there is no such command
    banned: { prefix: 'lib_ban', may: { revoke: ['owner'], ban: ['admin'] } },
  },
} satisfies PolicyDocument

export function written(): Policy {
  return new Policy(library)
}

export function narrowed(policy: Policy): string {
  const decision = policy.decide({ needs: 'book:read' }, { token: null })
  // @ts-expect-error which answer it is was not asked yet
  decision.response()
  // @ts-expect-error nor does a reason stand for one
  const early: Reason = decision.reason
  if (decision.allow) return decision.reason ?? String(early)
  const reason: Reason = decision.reason
  return decision.answer.wwwAuthenticate ?? reason
}
