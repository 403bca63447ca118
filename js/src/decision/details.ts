import type { TokenId } from '../base/token-id.js'
import type { Reason } from '../generated/reasons.js'

/**
 * How much of a decision to show: `public` for anyone, `holder` for a proven token holder, `operator` for internal
 * logs. No level holds a secret or a digest.
 */
export type Level = 'public' | 'holder' | 'operator'

/** The number that the module uses for a level. */
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

/** What a denial sends to the client: an RFC 6750 challenge and an RFC 9457 problem document. */
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
  /** The reason, or a less specific code where the reason would tell a stranger too much. */
  readonly code: string
  /** The smallest set of scopes that would have passed. Present only after the secret was proven. */
  readonly missing?: readonly string[]
}

/** What anyone may see of a decision. */
export interface PublicDetails {
  readonly allow: boolean
  readonly status: number
  readonly answer: DenialResponse | null
}

/** A route of the policy that a router could take for a path, with the values of its parameters. */
export interface Reading {
  readonly route: string
  readonly params: Readonly<Record<string, string>>
  /** Why a request with this route would be denied; `null` if it would pass. */
  readonly reason: Reason | null
}

/**
 * Everything that is known about a decision, for internal logs. Token, kind, tenant and owner are `null` until the
 * secret is proven. Instants are RFC 3339 in UTC with milliseconds.
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
  /** Other routes that a router could take for this path; nearly always none. All pass, or the last one is the reason. */
  readonly readings: readonly Reading[]
  /** The requirement: at least one of these lists, with all of its scopes. */
  readonly needs: readonly (readonly string[])[]
  readonly matched: { readonly alternative: readonly string[]; readonly grants: readonly string[] } | null
  /** Optional scopes of the route that the token holds. */
  readonly optional: readonly string[]
  readonly missing: readonly string[]
  /** What to raise in the record, as an atomic maximum. The module of `portcullis/gate` leaves `dueAt` out. */
  readonly touch: {
    readonly lastUsedAt: string
    readonly secretUsedAt: string | null
    readonly endsAt: string | null
    readonly dueAt: string | null
  } | null
  /** The first instant at which the passing of time alone could change this decision. */
  readonly validUntil: string | null
  readonly hints: { readonly expiresSoon: string | null; readonly graceEnds: string | null; readonly clockSkew: boolean }
  readonly answer: DenialResponse | null
}
