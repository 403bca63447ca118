import { readFileSync, writeFileSync } from 'node:fs'

import { run } from './entry.mjs'

test('the program', async () => {
  writeFileSync(globalThis.answers, JSON.stringify(await run(JSON.parse(readFileSync(globalThis.vectors, 'utf8')))))
})
