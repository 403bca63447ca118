const { readFileSync, writeFileSync } = require('node:fs')

const { run } = require('./entry.cjs')

test('the program', async () => {
  writeFileSync(globalThis.answers, JSON.stringify(await run(JSON.parse(readFileSync(globalThis.vectors, 'utf8')))))
})
