// An application whose people make tokens for their programs. Records, events and notices stand in one SQLite file.
import express from 'express'
import { Gate, RefusedError, Tokens } from 'portcullis'
import { guard } from 'portcullis/express'
import { sqlite } from 'portcullis/sqlite'

/**
 * `signedIn` says which person sends a request, with the roles and rights that they have now, or `null`. It is your
 * session's word: nothing that a body says can become the actor of a command.
 */
export function application({ policy, file, signedIn }) {
  const store = sqlite(file)
  const tokens = new Tokens({ policy, store })
  const app = express()
  app.use('/settings/tokens', settings(tokens, signedIn))
  app.use('/v1', guard(new Gate({ policy, tokens: store })))
  app.get('/v1/books/:id', (req, res) => res.json({ book: req.params.id, reader: req.decision.details.owner }))
  app.use(refused)
  return app
}

/** What people do with their tokens. Another owner's token is refused by the policy, not here. */
function settings(tokens, signedIn) {
  const router = express.Router()
  router.use(express.json(), (req, res, next) => {
    req.person = signedIn(req)
    if (req.person === null) res.status(401).json({ message: 'Sign in first.' })
    else next()
  })
  router.post('/', async (req, res) => {
    const { name, grants } = req.body
    const { token, plaintext } = await tokens.create({ kind: 'personal', owner: req.person.id, name, grants }, { by: req.person })
    res.status(201).json({ id: token.id, plaintext })
  })
  router.delete('/:id', async (req, res) => {
    await tokens.revoke(req.params.id, { by: req.person, reason: 'revoked in the settings' })
    res.status(204).end()
  })
  return router
}

/** A refusal says what to do instead; whoever asked may read it. */
function refused(error, _req, res, next) {
  if (!(error instanceof RefusedError)) return next(error)
  const { code, field, message } = error
  res.status(422).json({ code, field, message })
}
