import { type ParseArgsConfig } from 'node:util'

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
  /** Usage and options. */
  readonly help: string
  readonly options: NonNullable<ParseArgsConfig['options']>
  /** How many positional arguments it takes. */
  readonly words: readonly [least: number, most: number]
  /** Runs the command and returns the exit code. */
  run(context: CommandContext): Promise<number>
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
