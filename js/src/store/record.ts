import type { TokenId } from '../base/token-id.js'

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** Who stopped a token, when, and why. */
export interface StopInfo {
  /** The id of the actor; `null` for the system. */
  readonly by: string | null
  readonly at: string
  readonly reason?: string | null
}

/** The fields of a token that anyone who may see it may see. */
export interface TokenFields {
  readonly v: number
  readonly id: TokenId
  readonly kind: string
  readonly tenant?: string | null
  readonly owner: string
  /** The id of the actor; `null` for the system. */
  readonly createdBy?: string | null
  readonly name?: string | null
  readonly description?: string | null
  readonly grants?: readonly string[]
  readonly applications?: readonly string[] | null
  readonly networks?: { readonly allow?: readonly string[]; readonly deny?: readonly string[] } | null
  readonly createdAt: string
  readonly secretIssuedAt?: string | null
  readonly secretUsedAt?: string | null
  readonly notBefore?: string | null
  readonly expiresAt: string | null
  /** The last end that the token may be given: that of the token which made or renewed it. */
  readonly notAfter?: string | null
  readonly idleAfter?: string | null
  readonly lastUsedAt?: string | null
  readonly extendedAt?: string | null
  readonly lock?: StopInfo | null
  readonly revoked?: StopInfo | null
  readonly renewedFrom?: TokenId | null
  readonly renewedTo?: TokenId | null
  readonly replaces?: TokenId | null
  readonly reminded?: readonly string[] | null
  readonly auditHead?: string | null
  readonly revision: number
  readonly lastCommand?: string | null
  /** When the token stops being active by itself; absent for never. */
  readonly endsAt?: string | null
  /** When the next command is due; absent for never. */
  readonly dueAt?: string | null
}

/** The secret before the current one, during its grace. */
export interface PreviousSecret {
  readonly until: string
  readonly retired?: string | null
  /** Whether it was replaced because it had leaked. */
  readonly leak?: boolean
}

/** An offer of a renewal. */
export interface RenewalOffer {
  readonly at: string
  readonly until: string
  readonly attempt: number
  readonly used?: boolean
}

/** The automatic renewal of a token. */
export interface RenewalState {
  readonly every: string
  readonly mailTo?: string | null
  readonly callback?: string | null
  readonly renewedAt?: string | null
}

interface Digested {
  readonly digest: string
}

/**
 * A token as it is stored: plain JSON, with instants as RFC 3339 in UTC with milliseconds. It holds digests and never a
 * secret. Only `apply` changes it; fields of newer versions are kept.
 */
export interface TokenRecord extends TokenFields, Digested {
  readonly previous?: (PreviousSecret & Digested) | null
  readonly renewal?: (RenewalState & { readonly offer?: (RenewalOffer & Digested) | null }) | null
  readonly [unknown: string]: unknown
}

/** A token as it may be shown: its record without digests. */
export interface TokenView extends TokenFields {
  readonly previous?: PreviousSecret | null
  readonly renewal?: (RenewalState & { readonly offer?: RenewalOffer | null }) | null
}

/** What remains of a deleted token. Its id is never used again. */
export interface Tombstone {
  readonly id: TokenId
  readonly kind: string
  readonly tenant: string | null
  readonly owner: string
  readonly name: string | null
  readonly deletedAt: string
  readonly by: string | null
  readonly reason: string | null
  readonly revision: number
  readonly auditHead: string | null
  readonly [unknown: string]: unknown
}
