import type { PolicyDocument } from '../policy/document.js'

/** The policy that `init` writes. Its descriptions explain it to the reader. */
export const starter: PolicyDocument = {
  $schema: './node_modules/portcullis/policy.schema.json',
  portcullis: 1,
  name: 'library',
  realm: 'Library API',
  description:
    'What tokens may do: the resources, what each route requires, and the kinds of token. Routes that are not listed are denied. Check changes with: npx portcullis lint policy.json',
  transports: ['bearer'],
  resources: {
    book: { title: 'Books', description: 'Has the four default actions: create, read, update, delete. Scopes are written book:read or book:*.' },
    loan: { title: 'Loans', description: 'Has its own list of actions.', actions: ['create', 'read', 'return'] },
  },
  permissionSets: {
    desk: { title: 'Desk', description: 'A set of grants, granted together as @desk.', grants: ['book:read', 'loan:*'] },
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
      description: 'Created by a person for a script. The prefix tells people and secret scanners what they found.',
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
