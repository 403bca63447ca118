import { readFileSync, writeFileSync } from 'node:fs'
import { basename, extname } from 'node:path'

import { policyIn } from '../../policy/compiled.js'
import { type Command, has, textIn } from '../command.js'
import { envelope } from '../envelope.js'
import { Exit, misused, Trouble } from '../exit.js'
import { DASH, nameOf, why } from '../files.js'
import { read, show } from '../findings.js'
import { count, counted } from './lint.js'

export const compile: Command = {
  name: 'compile',
  summary: 'Check a policy ahead of time and write its compiled form',
  usage: '<policy.json | -> [options]',
  help: `Checks a policy and writes it without blanks, together with its fingerprint. The file is accepted wherever a policy is,
decides the same, and is refused if it was changed. Errors and lints stop it from being written, so that the build fails
and not the deployment.`,
  options: {
    'out <file>': `the file to write: .json, .ts, .js or .mjs (modules export the text), or - for standard output;
                  default: policy.portcullis.json next to policy.json`,
    check: 'write nothing, and check whether the file is up to date',
    'allow <codes>': 'lints to ignore, such as near_miss,unused_permission',
    json: 'print the result as JSON',
  },
  found: 'for a policy with errors or lints or a file that is out of date',
  writes: true,
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
      aside.line(`nothing was written because of ${count(counting.length, 'finding')}`)
      return Exit.found
    }
    const made = form(JSON.stringify(envelope(policyIn(JSON.parse(text) as object), policy.fingerprint)), basename(nameOf(file)))
    if (has(context, 'check')) {
      const same = present(to) === made
      if (has(context, 'json')) out.json({ ...rest, written: false, same })
      else out.line(same ? `${to} is up to date` : `${to} is out of date: compile ${nameOf(file)} again`)
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
  if (form === undefined) throw misused(`--out must end in .json, .js, .mjs or .ts, not ${to}`)
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
