import type { TokenId } from '../base/token-id.js'
import type { Attempt } from '../policy/attempt.js'
import type { SubjectDocument } from '../policy/subject.js'
import type { TokenRecord } from '../store/record.js'

/** Who gives a command. Take it from an authenticated context, never from a request's body. */
export type Actor = AccountActor | SystemActor

/** The host itself. `may`, tenants and ceilings do not apply to it, and no text of an account can name it. */
export interface SystemActor {
  readonly system: true
  readonly id?: never
  readonly tenant?: never
  readonly roles?: never
  readonly grants?: never
  readonly token?: never
}

/** An account. */
export interface AccountActor {
  readonly system?: never
  readonly id: string
  /** Leave it out only if tokens have no tenant. */
  readonly tenant?: string | null
  readonly roles?: readonly string[]
  /** The actor's own rights, as scopes: it cannot grant more. Absent: no rights. */
  readonly grants?: readonly string[]
  /**
   * The token that the actor authenticated with: its id, to be read from the store, or its record. It limits what the
   * actor can grant.
   */
  readonly token?: TokenId | TokenRecord | null
}

/** Who gives a command, and under which id. */
export interface CommandOptions {
  readonly by: Actor
  /**
   * The id of the command: given again with the same id, it takes effect once. 1 to 128 of `A-Z a-z 0-9 . _ : @ / -`.
   * Default: a new one.
   */
  readonly id?: string
  /** For the audit trail. Cut after 256 characters. */
  readonly reason?: string
}

/**
 * Options of a command whose plaintext proves who gives it. It is a request like any other: a token that is bound to a
 * tenant, networks, applications or an owner is refused unless these say that it may be used.
 */
export type HolderCommandOptions = Omit<CommandOptions, 'by'> & Presented

/** Where a plaintext came from: what `decide` is asked with. Take it from where a client cannot write. */
export interface Presented extends Pick<Attempt, 'tenant' | 'application' | 'ip'> {
  /** The owner's current rights, for kinds with a subject. */
  readonly subject?: SubjectDocument | null | undefined
}

/** Networks as CIDR ranges. `deny` takes precedence. */
export interface Networks {
  readonly allow?: readonly string[]
  readonly deny?: readonly string[]
}

/** The automatic renewal of a token. */
export interface RenewalFields {
  /** A length of time, such as `"90d"`. */
  readonly every: string
  readonly mailTo?: string | null
  /** An https URL. */
  readonly callback?: string | null
}

/** The fields of a token that can be set at creation, and later if its kind allows it. */
export interface EditFields {
  readonly name?: string
  readonly description?: string | null
  readonly grants?: readonly string[]
  readonly applications?: readonly string[] | null
  readonly networks?: Networks | null
  /** RFC 3339; `null` for a token that never expires, if its kind allows it. */
  readonly expiresAt?: string | null
  /** A length of time, such as `"45d"`. */
  readonly idleAfter?: string | null
  readonly renewal?: RenewalFields | null
}

/** The fields of a new token. Absent fields get the defaults of the kind. */
export interface CreateFields extends EditFields {
  readonly kind: string
  readonly name: string
  /** Default: the actor's tenant. */
  readonly tenant?: string | null
  /** Default: the actor's id. */
  readonly owner?: string
  readonly notBefore?: string
  /** The id of the token that it replaces. */
  readonly replaces?: TokenId
}

/** The fields of a successor. It inherits all others from the old token. */
export interface RenewFields {
  /** When the old token ends. */
  readonly endsAt: string
  readonly name: string
  readonly description?: string
}

/** How to rotate a secret. */
export interface RotateFields {
  /** How long the old secret keeps working. Default and maximum: the grace of the kind. */
  readonly grace?: string
  /** The old secret leaked, so it stops working at once. */
  readonly leak?: boolean
}

/** A command for `tokens.preview`. */
export type PreviewCommand =
  | ({ readonly command: 'create' } & CreateFields)
  | ({ readonly command: 'edit'; readonly token: TokenId; readonly set: EditFields })
  | ({ readonly command: 'extend'; readonly token: TokenId; readonly expiresAt?: string | null })
  | ({ readonly command: 'rotate'; readonly token: TokenId } & RotateFields)
  | ({ readonly command: 'renew'; readonly token: TokenId } & RenewFields)
  | { readonly command: 'lock' | 'unlock' | 'revoke' | 'regenerate' | 'delete'; readonly token: TokenId }
