import type { TokenRecord } from '../store/record.js'
import type { TokenId } from '../base/token-id.js'

/**
 * Who gives a command, from an authenticated context and nowhere else: never from the body of a request.
 *
 * The role `system` is the host itself, for which no rule about people holds.
 */
export interface Actor {
  readonly id: string
  /** Absent only where tokens have no tenant. */
  readonly tenant?: string | null
  readonly roles?: readonly string[]
  /** The actor's own rights, as scopes: what it hands out lies within them. Absent means none. */
  readonly grants?: readonly string[]
  /** The token that the actor came with: its id (then it is read afresh) or its record. It bounds what is handed out. */
  readonly token?: TokenId | TokenRecord | null
}

/** How a command is given. */
export interface CommandOptions {
  /** Who gives it. */
  readonly by: Actor
  /**
   * Names the command, so that giving it again takes effect once: 1 to 128 of `A-Z a-z 0-9 . _ : @ / -`. By default a
   * new one is drawn.
   */
  readonly id?: string
  /** For the audit trail; cut at 256 characters. */
  readonly reason?: string
}

/** How a command is given by who holds the token itself: the plaintext is the proof. */
export type HolderCommandOptions = Omit<CommandOptions, 'by'>

/** Networks as CIDR ranges; deny beats allow. */
export interface Networks {
  readonly allow?: readonly string[]
  readonly deny?: readonly string[]
}

/** How a token is to be renewed by itself. */
export interface RenewalFields {
  /** Such as `"90d"`. */
  readonly every: string
  readonly mailTo?: string | null
  /** https only. */
  readonly callback?: string | null
}

/** What can be said of a token when it is made, and again where its kind allows that. */
export interface EditFields {
  readonly name?: string
  readonly description?: string | null
  readonly grants?: readonly string[]
  readonly applications?: readonly string[] | null
  readonly networks?: Networks | null
  /** RFC 3339; `null` for never, where the kind has no end. */
  readonly expiresAt?: string | null
  /** Such as `"45d"`. */
  readonly idleAfter?: string | null
  readonly renewal?: RenewalFields | null
}

/** A new token. What is absent is the kind's default. */
export interface CreateFields extends EditFields {
  readonly kind: string
  readonly name: string
  /** By default the actor's. */
  readonly tenant?: string | null
  /** By default the actor. */
  readonly owner?: string
  readonly notBefore?: string
  /** The id of the token in whose place it comes. */
  readonly replaces?: TokenId
}

/** A successor. It inherits all else. */
export interface RenewFields {
  /** When the old token ends. */
  readonly endsAt: string
  readonly name: string
  readonly description?: string
}

/** How a secret is replaced. */
export interface RotateFields {
  /** How long the old secret goes on, at most as long as the kind says; by default that long. */
  readonly grace?: string
  /** The old secret leaked: it ends at once. */
  readonly leak?: boolean
}

/** A command to look at before it is given. */
export type PreviewCommand =
  | ({ readonly command: 'create' } & CreateFields)
  | ({ readonly command: 'edit'; readonly token: TokenId; readonly set: EditFields })
  | ({ readonly command: 'extend'; readonly token: TokenId; readonly expiresAt?: string | null })
  | ({ readonly command: 'rotate'; readonly token: TokenId } & RotateFields)
  | ({ readonly command: 'renew'; readonly token: TokenId } & RenewFields)
  | { readonly command: 'lock' | 'unlock' | 'revoke' | 'regenerate' | 'delete'; readonly token: TokenId }
