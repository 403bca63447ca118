import type { Terminal } from './terminal.js'

/** What a command runs with. */
export interface CommandContext {
  /** Its options, from `parseArgs`. */
  readonly values: Readonly<Record<string, unknown>>
  /** Its positional arguments. */
  readonly words: readonly string[]
  /** The stream for results. */
  readonly out: Terminal
  /** The stream for remarks, so that results can be piped. */
  readonly aside: Terminal
}

/** A command of the command line. */
export interface Command {
  readonly name: string
  /** One line, for the list of commands. */
  readonly summary: string
  /** Its positional arguments, as the help shows them. */
  readonly usage: string
  /** What it does, in paragraphs. */
  readonly help: string
  /** What each option does, by its name and, unless it is a flag, its value: `kind <kind>`. */
  readonly options: Readonly<Record<string, string>>
  /** What exit code 1 means. Without this, the command never ends with 1. */
  readonly found?: string
  readonly writes?: boolean
  /** How many positional arguments it takes. */
  readonly words: readonly [least: number, most: number]
  /** Runs the command and returns the exit code. */
  run(context: CommandContext): Promise<number>
}

/** The options that every command has. */
export const COMMON = { help: 'print this text' }

/** Everything about a command, for a person. */
export function helpOf({ name, usage, help, options, found, writes }: Command): string {
  const all = Object.entries({ ...options, ...COMMON })
  const width = Math.max(...all.map(([option]) => option.length)) + 2
  const exits = [`0 on success`, ...(found === undefined ? [] : [`1 ${found}`]), '2 for a wrong command line', `3 for a file that cannot be read${writes === true ? ' or written' : ''}`]
  return [
    `Usage: portcullis ${name} ${usage}`,
    help,
    ['Options:', ...all.map(([option, says]) => `  --${option.padEnd(width)}${says}`)].join('\n'),
    `Exit code: ${exits.join(', ')}.`,
  ].join('\n\n')
}

/** The value of an option, if it was given. */
export function textIn({ values }: CommandContext, name: string): string | undefined {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}

/** Whether a flag was given. */
export function has({ values }: CommandContext, name: string): boolean {
  return values[name] === true
}

/** Words separated by blanks or commas. */
export function listed(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(/[\s,]+/).filter((word) => word !== '')
}

/** Scopes separated by blanks; a comma inside a scope separates actions. */
export function scopesIn(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(/\s+/).filter((word) => word !== '')
}
