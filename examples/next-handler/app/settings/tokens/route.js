import { person } from '../../../lib/person.js'
import { tokens } from '../../../lib/tokens.js'

export const POST = person(async (request, by) => {
  const { name, grants } = await request.json()
  const { token, plaintext } = await tokens.create({ kind: 'personal', owner: by.id, name, grants }, { by })
  return Response.json({ id: token.id, plaintext }, { status: 201 })
})
