/** Fields that few requests have. They are kept apart so that the usual request is three strings. */
export interface OptionalFields {
  readonly header: string | undefined
  readonly tenant: string | undefined
  readonly application: string | undefined
  readonly ip: string | undefined
  readonly needs: string | undefined
}

/**
 * An attempt whose fields were read once and checked to be strings. It is immutable, so what was written into the
 * window for one question can serve the next.
 */
export interface Frame {
  readonly method: string | undefined
  readonly target: string | undefined
  readonly authorization: string | undefined
  readonly rest: OptionalFields | undefined
}

/** The exports that are called directly, without glue. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBufferLike }
  identify(policy: number): number
  decide(policy: number, token: number, subject: number, now: number): number
}

/** A running instance of the module and views of its memory. */
export interface Instance {
  readonly exports: Exports
  /** The window. It is detached when the memory grows, and must then be refreshed. */
  bytes: Uint8Array
  /** The first words of the window: the lengths of the fields after them. */
  lengths: Int32Array
  /** The size of the memory in bytes, when the views were made. */
  size: number
  /** The attempt that is in the window. */
  frame: Frame | undefined
  /** The same as text if all of it is ASCII; otherwise empty. */
  text: string
}
