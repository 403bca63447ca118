// Generated from the words in core/src/policy/kind/kind.rs by `cargo xtask build`.

/** What is done to tokens, as `may` has it: every word. */
export const commands = [
  'create',
  'edit',
  'extend',
  'lock',
  'unlock',
  'revoke',
  'regenerate',
  'rotate',
  'renew',
  'redeemRenewal',
  'delete',
  'list',
] as const

/** What is done to tokens, as `may` has it. */
export type PolicyCommand = (typeof commands)[number]

/** What a kind may let be changed: every word. */
export const editableFields = [
  'name',
  'description',
  'expiresAt',
  'idleAfter',
  'grants',
  'applications',
  'networks',
  'renewal',
] as const

/** What a kind may let be changed. */
export type EditableField = (typeof editableFields)[number]

/** What no two tokens may have alike: every word. */
export const uniqueFields = [
  'name',
  'owner',
  'instance',
] as const

/** What no two tokens may have alike. */
export type UniqueField = (typeof uniqueFields)[number]
