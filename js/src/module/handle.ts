import { call, type Door, generation } from './engine.js'
import type { Problem } from '../base/errors.js'

/** Younger than some platforms, which then have no `using` either. */
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose')

/**
 * A place in the module for one opened document.
 *
 * It knows how to open its document again, so that an instance can be dropped at any time, and it gives the
 * place back when asked to.
 */
class Handle {
  readonly #open: () => number
  #handle: number
  #generation: number

  /** Opens the document at once, so that a bad one is refused where it was written. */
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

/** Gives back the places of what became garbage, where the platform says so: workers of older dates do not. */
const registry =
  typeof FinalizationRegistry === 'undefined'
    ? undefined
    : new FinalizationRegistry<Handle>((handle) => {
        try {
          handle.close()
        } catch {
          // The instance failed over it and was dropped, and with it everything it had opened.
        }
      })

/** @internal Opens a document, and makes an error of the problems that the module finds in it. */
export function open(work: (door: Door) => number, refusal: (problems: readonly Problem[]) => Error): number {
  try {
    return call(work)
  } catch (thrown) {
    throw Array.isArray(thrown) ? refusal(thrown as Problem[]) : thrown
  }
}

/** @internal The handle of something opened, under the present instance: ask right before each call. */
export let handleOf: (opened: OpenedDocument) => number

/** @internal Gives its place back early. It is opened again if it is used once more. */
export let close: (opened: OpenedDocument) => void

/**
 * Something opened in the module: a policy, a token or a subject. There is nothing to free: its place is given
 * back when it is garbage.
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

  /**
   * Gives the place back now, at the end of a `using` block. It does not make the object unusable: it is opened
   * again if it is used once more.
   */
  [dispose](): void {
    this.#handle.close()
  }
}
