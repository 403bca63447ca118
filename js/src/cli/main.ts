#!/usr/bin/env node
import process from 'node:process'
import { parseArgs } from 'node:util'

import { shown } from '../base/shown.js'
import '../entry/index.js'
import { type Command, COMMON, helpOf } from './command.js'
import { check } from './commands/check.js'
import { compile } from './commands/compile.js'
import { init } from './commands/init.js'
import { lint } from './commands/lint.js'
import { newToken } from './commands/new-token.js'
import { routes } from './commands/routes.js'
import { Exit, misused, Trouble } from './exit.js'
import { why } from './files.js'
import { Terminal } from './terminal.js'
import { version } from './version.js'

const COMMANDS: readonly Command[] = [init, lint, check, routes, compile, newToken]

const HELP = `Usage: portcullis <command> [options]

${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join('\n')}

portcullis <command> --help describes a command; --version prints the version. The file name - means standard input.
Results go to standard output, remarks and errors to standard error. Colour is used only on a terminal, and not if
NO_COLOR is set.

Exit code: 0 on success, 1 if something was found, denied or refused, 2 for a wrong command line, 3 for a file that
cannot be read or written.`

const out = new Terminal(process.stdout, process.env)
const aside = new Terminal(process.stderr, process.env)

process.stdout.on('error', (error: { code?: string }) => {
  // The reader of a pipe may close it early, as `head` does.
  if (error.code === 'EPIPE') return
  aside.line(`${aside.paint('red', 'portcullis:')} the output cannot be written: ${why(error)}`)
  process.exit(Exit.file)
})
// No stream is left to report it on.
process.stderr.on('error', () => undefined)

async function run([name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined) {
    aside.help(HELP)
    return Exit.usage
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    out.help(HELP)
    return Exit.fine
  }
  if (name === '--version' || name === '-v') {
    out.line(version)
    return Exit.fine
  }
  const command = COMMANDS.find((known) => known.name === name)
  if (command === undefined) throw misused(`there is no command ${name}: see portcullis --help`)
  const { values, positionals } = parsed(command, rest)
  if (values['help'] === true) {
    out.help(helpOf(command))
    return Exit.fine
  }
  const [least, most] = command.words
  if (positionals.length < least || positionals.length > most) throw misused(`wrong number of arguments: usage: portcullis ${command.name} ${command.usage}`)
  return command.run({ values, words: positionals, out, aside })
}

function parsed({ name, options }: Command, args: readonly string[]): { values: Record<string, unknown>; positionals: string[] } {
  const types = Object.keys({ ...options, ...COMMON }).map((written) => {
    const [option = '', value] = written.split(' ')
    return [option, { type: value === undefined ? 'boolean' : 'string', ...(option === 'help' ? { short: 'h' } : {}) }] as const
  })
  try {
    return parseArgs({ args: [...args], options: Object.fromEntries(types), allowPositionals: true })
  } catch (error) {
    // The first sentence says what is wrong; the rest is advice about dashes.
    const [sentence = ''] = (error as Error).message.split('. ')
    throw misused(`${sentence}: see portcullis ${name} --help`)
  }
}

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof Trouble)) throw error
  for (const line of error.message.split('\n')) aside.line(`${aside.paint('red', 'portcullis:')} ${aside.wrapped(shown(line), 2, 12)}`)
  process.exitCode = error.exit
}
