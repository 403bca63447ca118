import { type ParseArgsConfig } from 'node:util'

import type { Terminal } from './terminal.js'

/** What a command is given. */
export interface CommandContext {
  /** Its options, as `parseArgs` reads them. */
  readonly values: Readonly<Record<string, unknown>>
  /** What stands beside the options. */
  readonly words: readonly string[]
  /** Where results go. */
  readonly out: Terminal
  /** Where remarks go, so that results can be piped on. */
  readonly aside: Terminal
}

/** One command of the command line. */
export interface Command {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** How it is written, and what its options mean. */
  readonly help: string
  readonly options: NonNullable<ParseArgsConfig['options']>
  /** How many words it takes beside its options. */
  readonly words: readonly [least: number, most: number]
  /** Does it, and says how it went. */
  run(context: CommandContext): Promise<number>
}

/** The text of an option, if it was given. */
export function textIn({ values }: CommandContext, name: string): string | undefined {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}

/** Whether an option without a text was given. */
export function has({ values }: CommandContext, name: string): boolean {
  return values[name] === true
}

/** Words that are separated by blanks or commas. */
export function listed(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(/[\s,]+/).filter((word) => word !== '')
}

/** Scopes as a person types them: a comma within a scope separates its actions. */
export function scopesIn(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(/\s+/).filter((word) => word !== '')
}
