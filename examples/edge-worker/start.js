// node start.js <tokens.json> <origin> [port]: the edge worker, in front of an origin, on this machine.
import { readFileSync } from 'node:fs'

import { startWorker } from './workerd.js'

const [tokens, upstream, port = '8787'] = process.argv.slice(2)
const records = JSON.parse(readFileSync(tokens, 'utf8'))
const worker = await startWorker(new URL('./worker.js', import.meta.url), { port: Number(port), upstream, records })

// workerd is a process of its own: it has to be told that this one ends.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await worker.dispose()
    process.exit()
  })
}

console.log(`listening on ${(await worker.ready).origin}`)
