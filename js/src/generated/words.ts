// Generated from the words in core/src/policy/kind/kind.rs by `cargo xtask build`.

/** A word of `may`: all of them. */
export const commands = ['create', 'edit', 'extend', 'lock', 'unlock', 'revoke', 'regenerate', 'rotate', 'renew', 'redeemRenewal', 'delete', 'list'] as const

/** A word of `may`. */
export type PolicyCommand = (typeof commands)[number]

/** A field that a kind may let owners edit: all of them. */
export const editableFields = ['name', 'description', 'expiresAt', 'idleAfter', 'grants', 'applications', 'networks', 'renewal'] as const

/** A field that a kind may let owners edit. */
export type EditableField = (typeof editableFields)[number]

/** A field that no two tokens may share: all of them. */
export const uniqueFields = ['name', 'owner', 'instance'] as const

/** A field that no two tokens may share. */
export type UniqueField = (typeof uniqueFields)[number]
