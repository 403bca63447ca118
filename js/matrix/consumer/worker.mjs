import { run } from './entry.mjs'

export default {
  async fetch(request) {
    try {
      return Response.json(await run(await request.json()))
    } catch (error) {
      return new Response(error.stack, { status: 500 })
    }
  },
}
