import * as portcullis from 'portcullis/gate'
import { gateScene } from './gate-scene.mjs'

export default {
  async fetch(_, env) {
    try {
      const save = async (id, text) => (await env.TOKENS.put(id, text), (id) => env.TOKENS.get(id))
      return new Response(await gateScene(portcullis, save))
    } catch (error) {
      return new Response(error.stack, { status: 500 })
    }
  },
}
