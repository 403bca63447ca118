import type { Problem } from '../base/errors.js'
import type { TokenId } from '../base/token-id.js'

/** Which records to list, for whom and in which order. */
export interface OverviewRequest {
  /** Records as they are in the store. */
  readonly records: readonly object[]
  /** Who looks at the list. It contains only tokens of kinds that this actor may `list`. */
  readonly actor: object
  /** Owners' current rights, which show whose tokens are suspended. */
  readonly subjects?: readonly object[] | undefined
  readonly filter?:
    | {
        readonly status?: string | readonly string[] | undefined
        readonly kind?: string | readonly string[] | undefined
        readonly owner?: string | readonly string[] | undefined
        readonly ageLevel?: string | readonly string[] | undefined
        /** Text to find in the name, description, owner or id, in any case. */
        readonly search?: string | undefined
      }
    | undefined
  readonly sort?:
    | {
        readonly by: 'name' | 'owner' | 'status' | 'createdAt' | 'expiresAt' | 'lastUsedAt' | 'ageDays'
        readonly descending?: boolean | undefined
      }
    | undefined
}

/** One token in a list. It contains no digest. */
export interface OverviewRow {
  readonly id: TokenId | null
  readonly name: string | null
  readonly description: string | null
  readonly kind: string | null
  readonly owner: string | null
  readonly createdBy: string | null
  readonly tenant: string | null
  /** With the names of the current policy. */
  readonly scopes: readonly string[] | null
  readonly createdAt: string | null
  readonly secretIssuedAt: string | null
  readonly expiresAt: string | null
  readonly endsAt: string | null
  readonly status:
    | 'active'
    | 'pending'
    | 'idle'
    | 'expired'
    | 'suspended'
    | 'locked'
    | 'revoked'
    /** The record cannot be read: see `problems`. */
    | 'unreadable'
  readonly lastUsedAt: string | null
  /** Whole days since the current secret was issued. */
  readonly ageDays: number | null
  /** `orange` after six calendar months, `red` after a year. */
  readonly ageLevel: 'fresh' | 'orange' | 'red' | 'expired' | null
  readonly idleDeadline: string | null
  /** The next thing that happens to it through the passing of time. */
  readonly next: {
    readonly what: 'begins' | 'expires' | 'idle' | 'secretRetired' | 'renewalOffered' | 'revoked' | 'deleted'
    readonly at: string
  } | null
  readonly labels: { readonly [name: string]: string }
  readonly warnings: readonly Problem[]
  readonly lock: StopView | null
  readonly revoked: StopView | null
  readonly renewal: {
    readonly state: 'waiting' | 'offered' | 'lapsed' | 'redeemed' | 'stopped'
    readonly every: string
    readonly mailTo: string | null
    readonly callback: string | null
    readonly renewedAt: string | null
    readonly offeredAt: string | null
    readonly redeemUntil: string | null
    readonly attempt: number | null
  } | null
  readonly renewedFrom: TokenId | null
  readonly renewedTo: TokenId | null
  readonly replaces: TokenId | null
  /** The token in this list that replaces it. */
  readonly replacedBy: string | null
  readonly listedForDeletion: boolean
  readonly problems: readonly Problem[]
}

/** Who stopped a token, when and why, as a list shows it. */
export interface StopView {
  readonly by: string | null
  readonly at: string | null
  readonly reason: string | null
}

/** Rows of a list. */
export interface OverviewRows {
  readonly rows: readonly OverviewRow[]
  readonly total: number
}
