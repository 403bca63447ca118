import { person } from '../../../../lib/person.js'
import { tokens } from '../../../../lib/tokens.js'

export const DELETE = person(async (_request, by, { params }) => {
  const { id } = await params
  await tokens.revoke(id, { by, reason: 'revoked in the settings' })
  return new Response(null, { status: 204 })
})
