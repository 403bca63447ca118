// Generated from the table in core/src/lifecycle/outcome/refusal.rs by `cargo xtask build`.

/** What to do instead of each refused command, as a sentence; a refusal may say more. */
export const refusals = {
  unknown: 'There is no such token; look it up in the list of tokens.',
  corrupt_record: 'The record of this token is damaged; restore it from a backup.',
  unsupported_record: 'The record of this token was written by a newer version; update this library.',
  not_allowed: 'You may not do this; ask someone whom the policy allows to.',
  illegal_transition: 'The token is in a state that does not allow this command.',
  not_lockable: 'Tokens of this kind cannot be locked; revoke the token.',
  unknown_kind: 'There is no such kind of token; name one that the policy declares.',
  unknown_scope: 'There is no such scope; name one that the policy declares.',
  grants_required: 'A token needs at least one scope; name what it is for.',
  applications_required: 'Tokens of this kind must name the applications that may use them.',
  instance_required: 'Tokens of this kind must be granted exactly one instance, such as "base/abc:read".',
  scope_ceiling: 'You may not grant what you do not hold yourself; ask for less.',
  bad_name: 'A name has 1 to 256 bytes, is not blank and contains no < or >; choose another.',
  bad_field: 'This field cannot hold this value.',
  not_editable: 'This cannot be changed for tokens of this kind; create a new token.',
  nothing_to_change: 'Nothing would change: the token already has these values.',
  not_a_choice: 'Tokens of this kind do not have this inactivity period; choose one that the policy offers.',
  exceeds_max_lifetime: 'Tokens of this kind do not live that long; choose an earlier end.',
  never_expires: 'Tokens of this kind must have an end; name one.',
  in_the_past: 'The end must lie in the future and after the start; choose a later one.',
  not_later: 'The token would end earlier than now; edit it to shorten its life.',
  nothing_to_extend: 'The token has no end that moves by itself; name a new one.',
  not_renewable: 'Tokens of this kind are not renewed in this way; create a new token.',
  already_renewed: 'The token has been renewed before; renew its successor.',
  callback_without_renewal: 'A callback needs an automatic renewal; say how often with "every".',
  wrong_secret: 'The token is not valid; use the one that was issued last.',
  rotated: 'This secret was replaced; use the new one.',
  reuse_detected: 'This secret was replaced and its grace period is over; use the new one.',
  no_offer: 'No renewal is on offer; wait for the next one.',
  wrong_key: 'This is not the key of the latest offer; use that one.',
  already_redeemed: 'This key was used before; use the token that it gave.',
  key_expired: 'This key has expired; wait for the next offer.',
  limit_reached: 'The limit of active tokens is reached; revoke one that is not needed.',
  not_unique: 'Another token has this already; choose another.',
  conflict: 'The token was changed at the same moment; try again.',
  store_unavailable: 'The tokens cannot be reached at the moment; try again later.',
} as const

/** Why a command was refused. */
export type RefusalCode = keyof typeof refusals
