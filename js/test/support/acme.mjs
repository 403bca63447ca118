// One small policy, and tokens made under it, for every test of the package.
import { Policy } from 'portcullis'

export const NOW = Date.parse('2026-11-21T12:00:00.000Z')

export const document = {
  portcullis: 1,
  name: 'acme',
  realm: 'Acme API',
  transports: ['bearer'],
  resources: { license: {}, account: { actions: ['read', 'update', 'delete'] }, base: { instances: true } },
  routes: [
    { crud: '/v3/licenses', needs: 'license' },
    { on: 'GET /v3/account', needs: 'account:read', optional: ['license:read'] },
    { on: 'DELETE /v3/account', needs: 'account:delete' },
    { on: 'GET /bases/{base}/rows', needs: 'base/{base}:read' },
    { on: 'GET /me', authenticated: true },
    { on: 'GET /ping', open: true },
  ],
  kinds: {
    personal: { prefix: 'ac_pat', lifetime: { default: '180d', max: '365d' }, may: { revoke: ['owner'] } },
    service: { prefix: 'ac_svc', subject: 'owner', lifetime: { default: '180d', max: '365d' }, may: { revoke: ['admin'] } },
  },
}

export const policy = new Policy(document)

/** A plaintext and the record that fits it. */
export function token({ kind = 'personal', grants = ['license:*'], ...fields } = {}, under = policy) {
  const minted = under.mint(kind)
  const record = {
    v: 1,
    id: minted.id,
    kind,
    owner: 'ada',
    grants,
    digest: minted.digest,
    createdAt: '2026-11-01T00:00:00.000Z',
    secretIssuedAt: '2026-11-01T00:00:00.000Z',
    expiresAt: '2027-01-01T00:00:00.000Z',
    revision: 1,
    ...fields,
  }
  return { plaintext: minted.plaintext, id: minted.id, record, bearer: `Bearer ${minted.plaintext}` }
}

/** A Fetch request for the acme API. */
export function request(path, { method = 'GET', bearer, headers = {} } = {}) {
  const authorization = bearer === undefined ? {} : { authorization: bearer }
  return new Request(`https://api.acme.test${path}`, { method, headers: { ...authorization, ...headers } })
}

/** A store in memory that counts how often it is asked. */
export function store(...tokens) {
  const records = new Map(tokens.map(({ id, record }) => [id, record]))
  const asked = []
  return {
    asked,
    read: (id) => {
      asked.push(id)
      return records.get(id)
    },
  }
}
