/** Whatever stands in a JSON document. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** Who stopped a token, when, and why. */
export interface Stopped {
  readonly by: string
  readonly at: string
  readonly reason?: string | null
}

/**
 * A token as the store holds it: plain JSON, instants as RFC 3339 in UTC with milliseconds. It holds digests, never a
 * secret. Only `apply` makes one differ; fields of a newer version survive.
 */
export interface TokenRecord {
  readonly v: number
  readonly id: string
  readonly kind: string
  readonly tenant?: string | null
  readonly owner: string
  readonly createdBy?: string | null
  readonly name?: string | null
  readonly description?: string | null
  readonly grants?: readonly string[]
  readonly applications?: readonly string[] | null
  readonly networks?: { readonly allow?: readonly string[]; readonly deny?: readonly string[] } | null
  readonly digest: string
  readonly previous?: { readonly digest: string; readonly until: string; readonly retired?: string | null } | null
  readonly createdAt: string
  readonly secretIssuedAt?: string | null
  readonly secretUsedAt?: string | null
  readonly notBefore?: string | null
  readonly expiresAt: string | null
  readonly idleAfter?: string | null
  readonly lastUsedAt?: string | null
  readonly extendedAt?: string | null
  readonly lock?: Stopped | null
  readonly revoked?: Stopped | null
  readonly renewal?: {
    readonly every: string
    readonly mailTo?: string | null
    readonly callback?: string | null
    readonly renewedAt?: string | null
    readonly offer?: {
      readonly digest: string
      readonly at: string
      readonly until: string
      readonly attempt: number
      readonly used?: boolean
    } | null
  } | null
  readonly renewedFrom?: string | null
  readonly renewedTo?: string | null
  readonly replaces?: string | null
  readonly reminded?: readonly string[] | null
  readonly auditHead?: string | null
  readonly revision: number
  readonly lastCommand?: string | null
  /** When the token stops being active by itself; absent for never. */
  readonly endsAt?: string | null
  /** When time asks for the next command; absent for never. */
  readonly dueAt?: string | null
  readonly [unknown: string]: unknown
}

/** What is left of a deleted token. Its id is never given again. */
export interface Tombstone {
  readonly id: string
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
