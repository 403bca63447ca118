import { type Command, type CommandContext, has, listed, textIn } from '../command.js'
import { Exit, misused } from '../exit.js'
import { nameOf } from '../files.js'
import { type Finding, read, show } from '../findings.js'

/** The findings that count: errors, and lints that are not allowed. */
export function counted(context: CommandContext, findings: readonly Finding[]): Finding[] {
  const allowed = listed(textIn(context, 'allow'))
  const unknown = allowed.filter((code) => !/^[a-z_]+$/.test(code))
  if (unknown.length > 0) throw misused(`--allow takes codes of lints, such as near_miss, not ${unknown.join(', ')}`)
  return findings.filter(({ severity, code }) => severity === 'error' || !allowed.includes(code))
}

/** A number with its noun, such as `2 errors`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

export const lint: Command = {
  name: 'lint',
  summary: 'Find errors and likely mistakes in a policy, with line and column',
  usage: '<policy.json | -> [options]',
  help: `Reports what is wrong with a policy and how to fix it (errors), and what is valid but probably a mistake (lints), each
with its line and column. It changes nothing.`,
  options: { 'allow <codes>': 'lints to show but not to count, such as near_miss,unused_permission', json: 'print the findings as JSON' },
  found: 'if something counts',
  words: [1, 1],
  async run(context) {
    const { words: [file = ''], out } = context
    const { findings } = await read(file)
    const counting = counted(context, findings)
    const errors = findings.filter(({ severity }) => severity === 'error').length
    const lints = findings.length - errors
    const allowed = findings.length - counting.length
    if (has(context, 'json')) out.json({ file: nameOf(file), errors, lints, allowed, findings })
    else {
      show(out, file, findings)
      const found = `${count(errors, 'error')}, ${count(lints, 'lint')}${allowed > 0 ? ` (${allowed} allowed)` : ''}`
      out.line(findings.length === 0 ? `${nameOf(file)}: ${out.paint('green', 'no findings')}` : found)
    }
    return counting.length === 0 ? Exit.fine : Exit.found
  },
}
