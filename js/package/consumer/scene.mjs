// The same short scene on every platform: a token is made, used within its grants and beyond them.
export async function scene({ Gate, Policy }, save) {
  const policy = new Policy({
    portcullis: 1,
    name: 'library',
    realm: 'Library API',
    transports: ['bearer'],
    resources: { book: {} },
    routes: [{ crud: '/books', needs: 'book' }],
    kinds: { personal: { prefix: 'lib_pat', may: { revoke: ['owner'] } } },
  })
  const { plaintext, id, digest } = policy.mint('personal')
  const createdAt = '2026-11-21T12:00:00.000Z'
  const record = { v: 1, id, kind: 'personal', owner: 'ada', grants: ['book:read'], digest, createdAt, expiresAt: null, revision: 1 }
  const read = await save(id, JSON.stringify(record))
  const gate = new Gate({ policy, tokens: read })
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
  ]
  const expected = ['ada', '403 insufficient_scope', '401 not_a_token', '401 missing']
  if (said.join() !== expected.join()) throw new Error(`said ${said.join()}`)
  return 'four answers as expected'
}
