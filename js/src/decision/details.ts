import type { Reason } from '../generated/reasons.js'
import type { TokenId } from '../base/token-id.js'

/** How much of a decision is shown, and to whom. No level holds a secret or a digest. */
export type Level = 'public' | 'holder' | 'operator'

/** The number of a level in the module. */
export function levelNumber(level: Level): number {
  switch (level) {
    case 'public':
      return 0
    case 'holder':
      return 1
    case 'operator':
      return 2
  }
  throw new TypeError("level must be 'public', 'holder' or 'operator'")
}

/** What a denial puts on the wire: RFC 6750 challenge and RFC 9457 problem document. */
export interface DenialResponse {
  readonly status: number
  readonly wwwAuthenticate: string | null
  readonly body: ProblemDocument
}

/** An RFC 9457 problem document. */
export interface ProblemDocument {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly detail: string
  /** The reason, or a coarser word where the reason would tell a stranger too much. */
  readonly code: string
  /** The fewest scopes that would have passed. Only after the secret was proven. */
  readonly missing?: readonly string[]
}

/** What anybody may see. */
export interface PublicDetails {
  readonly allow: boolean
  readonly status: number
  readonly answer: DenialResponse | null
}

/**
 * Everything a decision knows, for logs at home. Token, kind, tenant and owner are `null` until the secret is
 * proven. Instants are RFC 3339 UTC with milliseconds.
 */
export interface Details {
  readonly allow: boolean
  readonly reason: Reason | null
  readonly status: number
  readonly token: TokenId | null
  readonly kind: string | null
  readonly tenant: string | null
  readonly owner: string | null
  readonly revision: number | null
  readonly route: string | null
  readonly params: Readonly<Record<string, string>>
  /** The requirement: any of these lists, all of its scopes. */
  readonly needs: readonly (readonly string[])[]
  readonly matched: { readonly alternative: readonly string[]; readonly grants: readonly string[] } | null
  /** Optional scopes of the route that the token holds. */
  readonly optional: readonly string[]
  readonly missing: readonly string[]
  /** What the store should remember, as an atomic maximum. A module that only decides says nothing of `dueAt`. */
  readonly touch: {
    readonly lastUsedAt: string
    readonly secretUsedAt: string | null
    readonly endsAt: string | null
    readonly dueAt: string | null
  } | null
  /** The first instant at which time alone could change this answer. */
  readonly validUntil: string | null
  readonly hints: { readonly expiresSoon: string | null; readonly graceEnds: string | null; readonly clockSkew: boolean }
  readonly answer: DenialResponse | null
}
