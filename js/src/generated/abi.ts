// Generated from core/src/base/abi.rs by `cargo xtask build`.

/** Instead of the handle of a token: the store did not answer. */
export const STORE_UNAVAILABLE = 0xffffffff

/** The bits of a verdict that hold the reason; 0 is allow. */
export const REASON = 0xff

/** Instead of a reason: a mistake of the host. */
export const MISUSE = 0xff

/** The bit of a verdict that asks to record this use of the token. */
export const TOUCH = 0x100

/** The bit of a verdict that is set when the details hold hints. */
export const HINTS = 0x200

/** The bit of an answer of `identify` that means: allowed already, the route is open. */
export const OPEN = 0x400

/** The version of the boundary. */
export const ABI_VERSION = 1

/** In place of the handle of a token or a subject: no token, or no subject. */
export const NONE = 0

/** Shift a verdict right by this for the number of its route plus one. */
export const ROUTE_SHIFT = 11

/** Bytes of the window for an attempt. */
export const WINDOW = 20480

/** Random bytes for a command that creates a secret. */
export const ENTROPY_BYTES = 128

/** The fewest bytes of a key that seals events. */
export const SHORTEST_KEY_BYTES = 16

/** Characters of a token's id. */
export const TOKEN_ID_LENGTH = 16

/** The most bytes of each field of an attempt. One byte more already gives the right answer. */
export const LIMITS = {
  method: 32,
  target: 8192,
  authorization: 4096,
  header: 4096,
  tenant: 256,
  application: 256,
  ip: 64,
  needs: 1024,
} as const
