import type { Problem } from '../base/errors.js'
import type { TokenView, Tombstone } from '../store/record.js'

/** The result of a command. */
export class CommandResult {
  readonly token: TokenView
  /** What is allowed but deserves attention, such as a grant that deletes. */
  readonly warnings: readonly Problem[]
  /** The command had taken effect before, so nothing changed now. */
  readonly repeated: boolean

  /** @internal */
  constructor(token: TokenView, warnings: readonly Problem[], repeated: boolean) {
    this.token = token
    this.warnings = warnings
    this.repeated = repeated
  }
}

/**
 * The result of a command that made a new secret. The plaintext is a getter, so that neither `JSON.stringify` nor
 * `console.log` shows it.
 */
export class IssuedToken extends CommandResult {
  readonly #plaintext: string | null

  /** @internal */
  constructor(token: TokenView, warnings: readonly Problem[], repeated: boolean, plaintext: string | null) {
    super(token, warnings, repeated)
    this.#plaintext = plaintext
  }

  /** The token that its bearer gets. It is available only once: `null` when the command is repeated. Never store it. */
  get plaintext(): string | null {
    return this.#plaintext
  }
}

/** The result of `renew`. The plaintext belongs to the successor. */
export class RenewedToken extends IssuedToken {
  readonly successor: TokenView

  /** @internal */
  constructor(token: TokenView, successor: TokenView, warnings: readonly Problem[], repeated: boolean, plaintext: string | null) {
    super(token, warnings, repeated, plaintext)
    this.successor = successor
  }
}

/** The result of `delete`. */
export interface DeletedToken {
  /** What remains of the token. */
  readonly tombstone: Tombstone
  /** The token had been deleted before. */
  readonly repeated: boolean
}
