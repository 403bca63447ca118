import { guard } from 'portcullis/next'
import { gate } from '../../../../lib/tokens.js'

export const GET = guard(gate, async (_request, { params }, decision) => {
  const { id } = await params
  return Response.json({ book: id, reader: decision.details.owner })
}, { route: '/v1/books/[id]' })
