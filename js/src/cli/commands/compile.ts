import { readFileSync, writeFileSync } from 'node:fs'
import { basename, extname } from 'node:path'

import { policyIn } from '../../policy/compiled.js'
import { type Command, has, textIn } from '../command.js'
import { envelope } from '../envelope.js'
import { Exit, misused, Trouble } from '../exit.js'
import { DASH, nameOf, why } from '../files.js'
import { read, show } from '../findings.js'
import { count, counted, lenient } from './lint.js'

export const compile: Command = {
  name: 'compile',
  summary: 'Checks a policy ahead of time and writes a small file that stands for it',
  help: `Usage: portcullis compile <policy.json | -> [options]

Checks a policy and writes it without blanks, with its fingerprint: a file that is taken wherever a policy is, and that is
refused when something happened to it since. With errors or lints nothing is written, so that a build fails where a
deployment would. It is the same policy: it decides alike and has the same fingerprint.

Options:
  --out <file>     where to: .json, .js and .mjs (a module whose default export is the text), .ts, or - for the standard
                   output; by default policy.portcullis.json beside policy.json
  --check          write nothing, and say whether the file is what would be written
  --allow <codes>  lints that are meant, such as near_miss,unused_permission
  --json           as JSON, what was done
  --help           this text

Exit code: 0, 1 for a policy with errors or lints or a file that is not what would be written, 2 for a wrong command line,
3 for a file that cannot be read or written.`,
  options: { ...lenient, out: { type: 'string' }, check: { type: 'boolean' } },
  words: [1, 1],
  async run(context) {
    const { words: [file = ''], out, aside } = context
    const to = textIn(context, 'out') ?? besides(file)
    const form = formOf(to)
    const { text, policy, findings } = await read(file)
    const counting = counted(context, findings)
    const rest = { file: nameOf(file), out: to === DASH ? '<stdout>' : to, fingerprint: policy?.fingerprint ?? null, findings }
    if (policy === null || counting.length > 0) {
      show(aside, file, counting)
      if (has(context, 'json')) out.json({ ...rest, written: false })
      aside.line(`nothing was written: ${count(counting.length, 'finding')}`)
      return Exit.found
    }
    const made = form(JSON.stringify(envelope(policyIn(JSON.parse(text) as object), policy.fingerprint)), basename(nameOf(file)))
    if (has(context, 'check')) {
      const same = present(to) === made
      if (has(context, 'json')) out.json({ ...rest, written: false, same })
      else out.line(same ? `${to} is up to date` : `${to} is not what ${nameOf(file)} compiles to: compile it again`)
      return same ? Exit.fine : Exit.found
    }
    if (to === DASH) out.line(made.trimEnd())
    else {
      write(to, made)
      if (has(context, 'json')) out.json({ ...rest, written: true, bytes: Buffer.byteLength(made) })
      else out.line(`${to}: ${Buffer.byteLength(made)} bytes (the source has ${Buffer.byteLength(text)}), fingerprint ${policy.fingerprint}`)
    }
    return Exit.fine
  },
}

type Form = (json: string, source: string) => string

/**
 * Each ends with a newline. Modules export the text and not the object, so that it reaches the WebAssembly module
 * unchanged.
 */
const FORMS: Readonly<Record<string, Form>> = {
  '.json': (json) => `${json}\n`,
  '.js': inModule("/** @type {import('portcullis').CompiledPolicy} */\nexport default /** @type {any} */ (", ')'),
  '.mjs': inModule("/** @type {import('portcullis').CompiledPolicy} */\nexport default /** @type {any} */ (", ')'),
  '.ts': inModule("import type { CompiledPolicy } from 'portcullis'\n\nexport default ", ' as string as CompiledPolicy'),
}

function inModule(before: string, after: string): Form {
  return (json, source) => `// Compiled by portcullis from ${source.replace(/[^\w.-]/g, '_')}: do not edit it, compile it again.\n${before}${JSON.stringify(json)}${after}\n`
}

function formOf(to: string): Form {
  const form = FORMS[to === DASH ? '.json' : extname(to)]
  if (form === undefined) throw misused(`--out ends in .json, .js, .mjs or .ts: ${to} does not`)
  return form
}

function besides(file: string): string {
  return file === DASH ? DASH : `${file.endsWith('.json') ? file.slice(0, -'.json'.length) : file}.portcullis.json`
}

function present(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new Trouble(Exit.file, `${file} cannot be written: ${why(error)}`)
  }
}
