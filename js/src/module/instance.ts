/** What few requests have; apart, so that the ordinary request is three strings and nothing else. */
export interface OptionalFields {
  readonly header: string | undefined
  readonly tenant: string | undefined
  readonly application: string | undefined
  readonly ip: string | undefined
  readonly needs: string | undefined
}

/**
 * An attempt, each field of it read once and of the right type. Nothing in it changes, so what was written into the
 * window for one question stands there for the next one.
 */
export interface Frame {
  readonly method: string | undefined
  readonly target: string | undefined
  readonly authorization: string | undefined
  readonly rest: OptionalFields | undefined
}

/** The exports that are called without glue. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBufferLike }
  identify(policy: number): number
  decide(policy: number, token: number, subject: number, now: number): number
}

/** One running instance of the module, and the views into its memory. */
export interface Instance {
  readonly exports: Exports
  /** The window. Empty after the memory grew: then ask for it again. */
  bytes: Uint8Array
  /** The first words of the window: the lengths of the fields behind them. */
  lengths: Int32Array
  /** Bytes of memory, when the views were made. */
  size: number
  /** What stands in the window. */
  frame: Frame | undefined
  /** The same as text, where all of it is ASCII; else empty. */
  text: string
}
