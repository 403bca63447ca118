// Generated from the table in core/src/decision/reason.rs by `cargo xtask build`.

/** The HTTP status of every reason for a denial, in the order of their numbers. */
export const statuses = {
  bad_path: 400,
  missing: 401,
  malformed: 400,
  not_a_token: 401,
  unknown: 401,
  wrong_secret: 401,
  rotated: 401,
  wrong_tenant: 401,
  corrupt_record: 401,
  store_unavailable: 503,
  unsupported_record: 503,
  network_not_allowed: 403,
  wrong_application: 403,
  revoked: 401,
  locked: 401,
  suspended: 401,
  not_yet_valid: 401,
  expired: 401,
  idle: 401,
  route_unmapped: 403,
  wrong_kind: 403,
  insufficient_scope: 403,
  instance_not_granted: 403,
  subject_lacks_permission: 403,
  subject_unavailable: 503,
  module_failed: 503,
} as const

/** Why a request was denied. */
export type Reason = keyof typeof statuses

/** Every reason for a denial, in the order of their numbers, from 1. */
export const reasons = Object.keys(statuses) as readonly Reason[]

/** Denials that the present rights of the owner may change: they come at or after the check of the owner. */
export const changingWithOwner: ReadonlySet<Reason | null> = new Set<Reason>([
  'not_yet_valid',
  'expired',
  'idle',
  'route_unmapped',
  'wrong_kind',
  'subject_unavailable',
])
