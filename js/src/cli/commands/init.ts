import { writeFileSync } from 'node:fs'

import { type Command, has } from '../command.js'
import { Exit, Trouble } from '../exit.js'
import { DASH, why } from '../files.js'
import { starter } from '../starter.js'

export const init: Command = {
  name: 'init',
  summary: 'Write a first policy, explained in its descriptions',
  usage: '[policy.json | -] [options]',
  help: 'Writes a small policy to start from; its descriptions explain it. It does not overwrite a file.',
  options: { force: 'overwrite the file', json: 'print the result as JSON' },
  writes: true,
  words: [0, 1],
  async run(context) {
    const { words: [file = 'policy.json'], out } = context
    const text = `${JSON.stringify(starter, null, 2)}\n`
    if (file === DASH) {
      out.line(text.trimEnd())
      return Exit.fine
    }
    try {
      writeFileSync(file, text, { flag: has(context, 'force') ? 'w' : 'wx' })
    } catch (error) {
      const there = (error as { code?: string }).code === 'EEXIST'
      throw new Trouble(Exit.file, there ? `${file} exists already: name another file, or use --force` : `${file} cannot be written: ${why(error)}`)
    }
    if (has(context, 'json')) out.json({ file })
    else {
      out.line(`${out.paint('green', 'wrote')} ${file}`)
      for (const line of NEXT) out.line(`  ${line.replace('policy.json', file)}`)
    }
    return Exit.fine
  },
}

const NEXT = [
  'npx portcullis lint policy.json',
  'npx portcullis routes policy.json',
  'npx portcullis check policy.json --token-scopes "book:read" GET /books/42',
  'npx portcullis new-token policy.json --scopes "book:read"',
]
