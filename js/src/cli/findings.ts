import { PolicyError, type Problem } from '../base/errors.js'
import { Policy } from '../policy/full-policy.js'
import { Exit, Trouble } from './exit.js'
import { nameOf, textOf } from './files.js'
import { type Place, Places } from './places.js'
import type { Terminal } from './terminal.js'

/** An error or a lint of a policy, with its place in the file. */
export interface Finding extends Problem, Place {
  readonly severity: 'error' | 'lint'
}

/** A policy file and what is wrong with it. */
export interface PolicyFile {
  readonly file: string
  readonly text: string
  /** `null` if it has errors. */
  readonly policy: Policy | null
  /** In file order. */
  readonly findings: readonly Finding[]
}

/** Reads a policy file and checks it. */
export async function read(file: string): Promise<PolicyFile> {
  const text = await textOf(file)
  const places = new Places(text)
  try {
    const policy = new Policy(text)
    return { file, text, policy, findings: ordered(policy.lints.map((lint) => found('lint', lint, places))) }
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    return { file, text, policy: null, findings: ordered(error.problems.map((problem) => found('error', problem, places))) }
  }
}

/** Opens a policy; errors are printed and end the command. */
export async function opened(file: string, aside: Terminal): Promise<Policy> {
  const { policy, findings } = await read(file)
  if (policy !== null) return policy
  show(aside, file, findings)
  throw new Trouble(Exit.found, `${nameOf(file)} has errors: fix the above first`)
}

/** Prints findings like a compiler, so that editors and terminals can jump to them. */
export function show(terminal: Terminal, file: string, findings: readonly Finding[]): void {
  for (const { severity, line, column, message, code, path } of findings) {
    const place = `${nameOf(file)}:${line}:${column}:`
    const head = `${terminal.paint('bold', place)} ${terminal.paint(severity === 'error' ? 'red' : 'yellow', severity)}: `
    const used = place.length + severity.length + 3
    terminal.line(`${head}${terminal.wrapped(message, 4, used)} ${terminal.paint('dim', `[${code}]`)}`)
    if (path !== '') terminal.line(`    ${terminal.paint('dim', `at ${terminal.wrapped(path, 7)}`)}`)
  }
}

/** Where a text stops being JSON there is no pointer; the core's message names line and column. */
function found(severity: Finding['severity'], problem: Problem, places: Places): Finding {
  const [, line, column] = (problem.code === 'not_json' && /line (\d+), column (\d+)/.exec(problem.message)) || []
  const place = line === undefined ? places.of(problem.path) : { line: Number(line), column: Number(column) }
  return { severity, ...place, path: problem.path, code: problem.code, message: problem.message }
}

function ordered(findings: Finding[]): Finding[] {
  return findings.sort((a, b) => a.line - b.line || a.column - b.column)
}
