// The same short scene on every platform: a token is made, used within its grants and beyond them; another lives its
// life on top of a store.
import { memory } from 'portcullis/memory'

import { endless } from './endless.mjs'

export async function scene({ Gate, Policy, Tokens }, save) {
  const document = {
    portcullis: 1,
    name: 'library',
    realm: 'Library API',
    transports: ['bearer'],
    resources: { book: {} },
    routes: [{ crud: '/books', needs: 'book' }],
    kinds: { personal: { prefix: 'lib_pat', lockable: true, may: { create: ['owner'], lock: ['owner'], revoke: ['owner'] } } },
  }
  const policy = new Policy(document)
  const { plaintext, id, digest } = policy.mint('personal')
  const createdAt = '2026-11-21T12:00:00.000Z'
  const record = { v: 1, id, kind: 'personal', owner: 'ada', grants: ['book:read'], digest, createdAt, expiresAt: null, revision: 1 }
  const read = await save(id, JSON.stringify(record))
  const gate = new Gate({ policy, tokens: read })
  const store = memory()
  const tokens = new Tokens({ policy, store })
  const by = { id: 'ada', grants: ['book:*'] }
  const made = await tokens.create({ kind: 'personal', name: 'reader', grants: ['book:read'] }, { by })
  const desk = new Gate({ policy, tokens: store })
  const reading = new Request('https://api.library.test/books/42', { headers: { authorization: `Bearer ${made.plaintext}` } })
  const before = await desk.check(reading)
  await tokens.lock(made.token.id, { by })
  const after = await desk.check(reading)
  const ask = async (method, authorization) => {
    const headers = authorization === undefined ? {} : { authorization }
    const decision = await gate.check(new Request('https://api.library.test/books/42', { method, headers }))
    if (decision.allow) return decision.forward(new Request('https://api.library.test/books/42', { method })).headers.get('x-portcullis-owner')
    const response = decision.response()
    return `${response.status} ${(await response.json()).code}`
  }
  const said = [
    await ask('GET', `Bearer ${plaintext}`),
    await ask('DELETE', `Bearer ${plaintext}`),
    await ask('GET', `Bearer ${plaintext.slice(0, -1)}`),
    await ask('GET'),
    before.reason,
    after.reason,
  ]
  const expected = ['ada', '403 insufficient_scope', '401 not_a_token', '401 missing', null, 'locked']
  if (said.join() !== expected.join()) throw new Error(`said ${said.join()}`)
  endless({ Policy }, JSON.stringify(document), JSON.stringify(record))
  return 'six answers as expected'
}
