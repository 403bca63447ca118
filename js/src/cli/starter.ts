import type { PolicyDocument } from '../policy/document.js'

/** The policy that `init` writes. Its descriptions explain it to the reader. */
export const starter: PolicyDocument = {
  $schema: './node_modules/portcullis/policy.schema.json',
  portcullis: 1,
  name: 'library',
  realm: 'Library API',
  description:
    'What a token may do. Name your resources, say what each route needs, and which kinds of token there are. A route that is not named here is denied. Try changes with: npx portcullis lint policy.json',
  transports: ['bearer'],
  resources: {
    book: { title: 'Books', description: 'Has the four ordinary actions: create, read, update, delete. Scopes are written book:read or book:*.' },
    loan: { title: 'Loans', description: 'Has actions of its own choosing.', actions: ['create', 'read', 'return'] },
  },
  permissionSets: {
    desk: { title: 'Desk', description: 'Scopes that go together, granted as @desk.', grants: ['book:read', 'loan:*'] },
  },
  routes: [
    { crud: '/books', needs: 'book' },
    { on: 'GET /loans', needs: 'loan:read' },
    { on: 'POST /loans', needs: { all: ['loan:create', 'book:read'] } },
    { on: 'POST /loans/{id}:return', needs: 'loan:return' },
    { on: 'GET /me', authenticated: true },
    { on: 'GET /health', open: true },
  ],
  roles: { admin: { title: 'Administrators', unlimited: true } },
  kinds: {
    personal: {
      title: 'Personal access token',
      description: 'Made by a person for a script of theirs. Its prefix tells people and secret scanners what they found.',
      prefix: 'lib_pat',
      lifetime: { default: '90d', max: '365d', remind: ['14d', '3d'] },
      limit: { activePerOwner: 10 },
      unique: ['name'],
      editable: ['name'],
      lockable: true,
      grace: '1h',
      may: {
        create: ['owner', 'admin'],
        edit: ['owner'],
        extend: ['owner'],
        lock: ['admin'],
        unlock: ['admin'],
        revoke: ['owner', 'admin'],
        rotate: ['owner'],
        delete: ['owner', 'admin'],
        list: ['owner', 'admin'],
      },
    },
  },
}
