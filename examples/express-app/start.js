// node start.js [port]: the application on this machine, with its tokens in tokens.db. Whoever asks is who they say they
// are, in x-person: to try it out, and for nothing else. Yours asks the session.
import { readFileSync } from 'node:fs'

import { application } from './app.js'

const policy = JSON.parse(readFileSync(new URL('policy.json', import.meta.url), 'utf8'))
const people = { ada: { id: 'ada', grants: ['book:*'] }, root: { id: 'root', roles: ['admin'], grants: ['book:*'] } }
const app = application({ policy, file: 'tokens.db', signedIn: (req) => people[req.get('x-person')] ?? null })

const server = app.listen(Number(process.argv[2] ?? 8080), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`)
})
