/** The exit codes. */
export const Exit = {
  /** Nothing was found, or the request is allowed. */
  fine: 0,
  /** Something was found, denied or refused. */
  found: 1,
  /** The command line is wrong. */
  usage: 2,
  /** A file cannot be read or written. */
  file: 3,
} as const

/** Ends a command with a message on the error stream. */
export class Trouble extends Error {
  readonly exit: number

  constructor(exit: number, message: string) {
    super(message)
    this.exit = exit
  }
}

/** The error for a wrong command line. */
export function misused(message: string): Trouble {
  return new Trouble(Exit.usage, message)
}
