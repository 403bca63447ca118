import type { Problem } from '../base/errors.js'
import type { TokenView, Tombstone } from '../store/record.js'

/** A command took effect. */
export class CommandResult {
  /** The token as it is now. */
  readonly token: TokenView
  /** What is allowed but worth a thought, such as a grant that deletes. */
  readonly warnings: readonly Problem[]
  /** The command, by its id, took effect before: this time nothing changed. */
  readonly repeated: boolean

  /** @internal */
  constructor(token: TokenView, warnings: readonly Problem[], repeated: boolean) {
    this.token = token
    this.warnings = warnings
    this.repeated = repeated
  }
}

/**
 * A command made a new secret. The plaintext is a getter, so that it does not end in a log: neither `JSON.stringify`
 * nor `console.log` shows it.
 */
export class IssuedToken extends CommandResult {
  readonly #plaintext: string | null

  /** @internal */
  constructor(token: TokenView, warnings: readonly Problem[], repeated: boolean, plaintext: string | null) {
    super(token, warnings, repeated)
    this.#plaintext = plaintext
  }

  /** The token as its bearer gets it, once, and never again: `null` when the command is repeated. Never store it. */
  get plaintext(): string | null {
    return this.#plaintext
  }
}

/** A token got a successor beside it; the plaintext is the successor's. */
export class RenewedToken extends IssuedToken {
  readonly successor: TokenView

  /** @internal */
  constructor(token: TokenView, successor: TokenView, warnings: readonly Problem[], repeated: boolean, plaintext: string | null) {
    super(token, warnings, repeated, plaintext)
    this.successor = successor
  }
}

/** A token is gone. */
export interface DeletedToken {
  /** What is left of it. */
  readonly tombstone: Tombstone
  /** It was gone before. */
  readonly repeated: boolean
}
