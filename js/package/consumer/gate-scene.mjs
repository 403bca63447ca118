// The scene of those who only decide, with what `portcullis/gate` shows.
export async function gateScene({ Gate, Policy, ...rest }, save) {
  if ('Tokens' in rest) throw new Error('this is the whole package')
  const policy = new Policy({
    portcullis: 1,
    name: 'library',
    realm: 'Library API',
    resources: { book: {} },
    routes: [{ crud: '/books', needs: 'book' }],
    kinds: { personal: { prefix: 'lib_pat', may: { revoke: ['owner'] } } },
  })
  const { plaintext, id, digest } = policy.mint('personal')
  const record = { v: 1, id, kind: 'personal', owner: 'ada', grants: ['book:read'], digest, createdAt: '2026-11-21T12:00:00.000Z', expiresAt: null, revision: 1 }
  const gate = new Gate({ policy, tokens: await save(id, JSON.stringify(record)) })
  const ask = async (method, bearer) => {
    const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }
    return (await gate.check(new Request('https://api.library.test/books/42', { method, headers }))).reason
  }
  const said = [await ask('GET', plaintext), await ask('DELETE', plaintext), await ask('GET', plaintext.slice(0, -1)), await ask('GET')]
  if (said.join() !== ',insufficient_scope,not_a_token,missing') throw new Error(`said ${said.join()}`)
  return 'four answers as expected'
}
