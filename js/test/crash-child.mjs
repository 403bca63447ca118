// A process that gives commands on one SQLite file until somebody kills it. It says what was done as it is done.
import { writeSync } from 'node:fs'

import { sqlite } from 'portcullis/sqlite'

import { ada, DAY, desk, personal, refused, START } from './life.mjs'

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
  for (let number = 0; ; number += 1) {
    const name = `${process.pid}.${number}`
    const { token } = await personal(tokens, { name }, { id: `create:${name}` })
    say('done', token.id, `create:${name}`)
    await tokens.edit(token.id, { description: 'edited' }, { by: ada, id: 'edit' })
    say('done', token.id, 'edit')
    await tokens.revoke(token.id, { by: ada, id: 'revoke' })
    say('done', token.id, 'revoke')
    if (number % 2 === 0) continue
    await tokens.delete(token.id, { by: ada, id: 'delete' })
    say('done', token.id, 'delete')
  }
}
