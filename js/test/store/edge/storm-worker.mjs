// Commands on D1 until somebody kills workerd, and a look at what is left.
import { createTables, d1 } from 'portcullis/d1'

import { desk } from '../../support/fixtures.mjs'
import { assertWhole, storm } from '../../support/storm.mjs'

export default {
  async fetch(request, { DB }) {
    const { pathname } = new URL(request.url)
    const store = d1(DB)
    try {
      await createTables(DB)
      if (pathname === '/whole') {
        await assertWhole(store, await request.json())
        return new Response('whole')
      }
      const { tokens } = desk({ store, timeout: 30_000 })
      const { readable, writable } = new TransformStream()
      const writer = writable.getWriter()
      const say = (...words) => writer.write(new TextEncoder().encode(`${JSON.stringify(words)}\n`))
      for (const one of ['a', 'b', 'c', 'd']) void storm(tokens, `${pathname.slice(1)}.${one}`, say).catch((error) => writer.abort(error))
      return new Response(readable)
    } catch (error) {
      return new Response(error.stack, { status: 500 })
    }
  },
}
