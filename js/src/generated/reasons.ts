// Generated from the table in core/src/decision/reason.rs by `cargo xtask build`.

/** Every reason for a denial, in the order of their numbers, from 1. */
export const reasons = [
  'bad_path',
  'missing',
  'malformed',
  'not_a_token',
  'unknown',
  'wrong_secret',
  'rotated',
  'wrong_tenant',
  'corrupt_record',
  'store_unavailable',
  'unsupported_record',
  'network_not_allowed',
  'wrong_application',
  'revoked',
  'locked',
  'suspended',
  'not_yet_valid',
  'expired',
  'idle',
  'route_unmapped',
  'wrong_kind',
  'insufficient_scope',
  'instance_not_granted',
  'subject_lacks_permission',
  'subject_unavailable',
  'module_failed',
] as const

/** The HTTP status of each reason, in the same order. */
export const statuses: readonly number[] = [
  400,
  401,
  400,
  401,
  401,
  401,
  401,
  401,
  401,
  503,
  503,
  403,
  403,
  401,
  401,
  401,
  401,
  401,
  401,
  403,
  403,
  403,
  403,
  403,
  503,
  503,
]

/** Denials that the present rights of the owner may change: they come at or after the check of the owner. */
export const changingWithOwner: ReadonlySet<Reason | null> = new Set<Reason>([
  'not_yet_valid',
  'expired',
  'idle',
  'route_unmapped',
  'wrong_kind',
  'subject_unavailable',
])

/** Why a request was denied. */
export type Reason = (typeof reasons)[number]
