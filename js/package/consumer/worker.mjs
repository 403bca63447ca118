import * as portcullis from 'portcullis'
import { scene } from './scene.mjs'

export default {
  async fetch(_, env) {
    try {
      const save = async (id, text) => (await env.TOKENS.put(id, text), (id) => env.TOKENS.get(id))
      return new Response(await scene(portcullis, save))
    } catch (error) {
      return new Response(error.stack, { status: 500 })
    }
  },
}
