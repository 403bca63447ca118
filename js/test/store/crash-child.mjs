// A process that gives commands on one SQLite file until somebody kills it. It says what was done as it is done.
import { writeSync } from 'node:fs'

import { sqlite } from 'portcullis/sqlite'

import { DAY, desk, personal, refused, START } from '../support/fixtures.mjs'
import { storm } from '../support/storm.mjs'

const [file, what] = process.argv.slice(2)
const store = sqlite(file)
const { tokens, at } = desk({ store })
const say = (...words) => writeSync(1, `${words.join(' ')}\n`)

if (what === 'sweep') {
  const { token } = await personal(tokens)
  at(START + 35 * DAY)
  await tokens.sweep()
  say('swept', token.id)
  // Here it would deliver. It never gets to that.
  setInterval(() => undefined, 1000)
} else if (what === 'crowd') {
  // As many as may be, for one owner, while others do the same.
  for (let number = 0; number < 15; number += 1) {
    const code = await refused(personal(tokens, { name: `${process.pid}.${number}` }))
    say(code ?? 'made')
  }
} else {
  await storm(tokens, process.pid, (...words) => say('done', ...words))
}
