import type { Problem } from '../base/errors.js'
import { call, type Door, generation } from './engine.js'

/** Some supported platforms lack `Symbol.dispose` (and `using`). */
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose')

/**
 * The module's handle of one opened document.
 *
 * It can open the document again, so an instance can be dropped at any time.
 */
class Handle {
  readonly #open: () => number
  #handle: number
  #generation: number

  /** Opens the document at once, so that an invalid one fails where it was given. */
  constructor(open: () => number) {
    this.#open = open
    this.#handle = open()
    this.#generation = generation
  }

  handle(): number {
    return this.#generation === generation ? this.#handle : this.#reopen()
  }

  close(): void {
    if (this.#generation !== generation) return
    this.#generation = -1
    const handle = this.#handle
    call((door) => door.close(handle))
  }

  #reopen(): number {
    this.#handle = this.#open()
    this.#generation = generation
    return this.#handle
  }
}

/** Closes the handles of garbage-collected documents, on platforms with `FinalizationRegistry`. */
const registry =
  typeof FinalizationRegistry === 'undefined'
    ? undefined
    : new FinalizationRegistry<Handle>((handle) => {
        try {
          handle.close()
        } catch {
          // The instance failed and was dropped, together with everything opened in it.
        }
      })

/** @internal Opens a document; problems that the module reports become an error. */
export function open(work: (door: Door) => number, refusal: (problems: readonly Problem[]) => Error): number {
  try {
    return call(work)
  } catch (thrown) {
    throw Array.isArray(thrown) ? refusal(thrown as Problem[]) : thrown
  }
}

/** @internal The number of the document's handle in the present instance. Ask right before each call. */
export let handleOf: (opened: OpenedDocument) => number

/** @internal Closes the document's handle early. The document is opened again if it is used once more. */
export let close: (opened: OpenedDocument) => void

/**
 * A policy, token or subject that was opened in the module. There is nothing to free: its handle is closed when the
 * object is garbage-collected.
 */
export abstract class OpenedDocument {
  readonly #handle: Handle

  static {
    handleOf = (opened) => opened.#handle.handle()
    close = (opened) => {
      opened.#handle.close()
    }
  }

  /** @internal */
  constructor(open: () => number) {
    this.#handle = new Handle(open)
    registry?.register(this, this.#handle)
  }

  /** Closes the handle now, at the end of a `using` block. The object stays usable: it is opened again on next use. */
  [dispose](): void {
    this.#handle.close()
  }
}
