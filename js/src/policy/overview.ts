import type { Problem } from '../base/errors.js'
import type { TokenId } from '../base/token-id.js'

/** A list of tokens to be shown to somebody. */
export interface OverviewRequest {
  /** Records as they stand in the store. */
  readonly records: readonly object[]
  /** Who looks at the list: rows are for those whom a kind lets list its tokens. */
  readonly actor: object
  /** Owners' present rights, to tell whose tokens are suspended. */
  readonly subjects?: readonly object[] | undefined
  readonly filter?:
    | {
        readonly status?: string | readonly string[] | undefined
        readonly kind?: string | readonly string[] | undefined
        readonly owner?: string | readonly string[] | undefined
        readonly ageLevel?: string | readonly string[] | undefined
        /** A text in name, description, owner or id, whatever the case. */
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

/** One token in a list. It holds no digest. */
export interface OverviewRow {
  readonly id: TokenId | null
  readonly name: string | null
  readonly description: string | null
  readonly kind: string | null
  readonly owner: string | null
  readonly createdBy: string | null
  readonly tenant: string | null
  /** As the policy calls them now. */
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
  /** Whole days since the present secret was issued. */
  readonly ageDays: number | null
  /** `orange` after six calendar months, `red` after a year. */
  readonly ageLevel: 'fresh' | 'orange' | 'red' | 'expired' | null
  readonly idleDeadline: string | null
  /** What time alone does to it next. */
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
  /** The token in this list that is to take its place. */
  readonly replacedBy: string | null
  readonly listedForDeletion: boolean
  readonly problems: readonly Problem[]
}

/** Who stopped a token, when and why. */
export interface StopView {
  readonly by: string | null
  readonly at: string | null
  readonly reason: string | null
}

/** Rows of a list, and how many there were before the filter. */
export interface OverviewRows {
  readonly rows: readonly OverviewRow[]
  readonly total: number
}
