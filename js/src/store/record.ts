import type { TokenId } from '../base/token-id.js'

/** Whatever stands in a JSON document. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** Who stopped a token, when, and why. */
export interface StopInfo {
  readonly by: string
  readonly at: string
  readonly reason?: string | null
}

/** What everybody who may see a token may see of it. */
export interface TokenFields {
  readonly v: number
  readonly id: TokenId
  readonly kind: string
  readonly tenant?: string | null
  readonly owner: string
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
  /** When time asks for the next command; absent for never. */
  readonly dueAt?: string | null
}

/** The secret before the present one, in its grace. */
export interface PreviousSecret {
  readonly until: string
  readonly retired?: string | null
}

/** A renewal that is on offer. */
export interface RenewalOffer {
  readonly at: string
  readonly until: string
  readonly attempt: number
  readonly used?: boolean
}

/** How a token is renewed by itself. */
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
 * A token as the store holds it: plain JSON, instants as RFC 3339 in UTC with milliseconds. It holds digests, never a
 * secret. Only `apply` makes one differ; fields of a newer version survive.
 */
export interface TokenRecord extends TokenFields, Digested {
  readonly previous?: (PreviousSecret & Digested) | null
  readonly renewal?: (RenewalState & { readonly offer?: (RenewalOffer & Digested) | null }) | null
  readonly [unknown: string]: unknown
}

/** A token as it may be shown: its record without any digest. */
export interface TokenView extends TokenFields {
  readonly previous?: PreviousSecret | null
  readonly renewal?: (RenewalState & { readonly offer?: RenewalOffer | null }) | null
}

/** What is left of a deleted token. Its id is never given again. */
export interface Tombstone {
  readonly id: TokenId
  readonly kind: string
  readonly tenant: string | null
  readonly owner: string
  readonly name: string | null
  readonly deletedAt: string
  readonly by: string
  readonly reason: string | null
  readonly revision: number
  readonly auditHead: string | null
  readonly [unknown: string]: unknown
}
