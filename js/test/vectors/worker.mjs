import * as sdk from 'portcullis'
import { answer } from './run.mjs'

export default {
  async fetch(request) {
    try {
      const [fixtures, files] = await request.json()
      return Response.json(answer(sdk, fixtures, files))
    } catch (error) {
      return new Response(error.stack, { status: 500 })
    }
  },
}
