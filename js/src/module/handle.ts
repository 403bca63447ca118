import type { Problem } from '../base/errors.js'
import { call, type Door, generation } from './engine.js'

/** Some supported platforms lack `Symbol.dispose` (and `using`). */
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose')

/** The types of document. Those of one call never displace each other. */
export type DocumentType = 'policy' | 'token' | 'subject'

/**
 * The handles of one type of document that are open in the module.
 *
 * No finalizer runs while a program does not yield. So the older half of the handles is closed when there are too many;
 * a document among them is opened again on next use.
 */
class OpenHandles {
  /** How many stay open at least, each counted once and once more for every 4 KiB. */
  kept: number
  #older = new Set<Handle>()
  #newer = new Set<Handle>()
  #weight = 0

  constructor(kept: number) {
    this.kept = kept
  }

  add(handle: Handle): void {
    if (this.#weight >= this.kept) {
      const oldest = this.#older
      this.#older = this.#newer
      this.#newer = new Set()
      this.#weight = 0
      for (const each of oldest) closeQuietly(each)
    }
    this.#newer.add(handle)
    this.#weight += handle.weight
  }

  delete(handle: Handle): void {
    if (this.#newer.delete(handle)) this.#weight -= handle.weight
    else this.#older.delete(handle)
  }
}

const openHandles: Readonly<Record<DocumentType, OpenHandles>> = {
  policy: new OpenHandles(1000),
  token: new OpenHandles(5000),
  subject: new OpenHandles(5000),
}

/** Keeps at least this many documents of a type open, for a cache of them. */
export function keepOpen(type: DocumentType, entries: number): void {
  openHandles[type].kept = Math.max(openHandles[type].kept, entries)
}

/**
 * The module's handle of one opened document.
 *
 * It can open the document again, so an instance can be dropped, and a handle closed, at any time.
 */
class Handle {
  readonly weight: number
  readonly #all: OpenHandles
  readonly #open: () => number
  #handle = 0
  #generation = CLOSED

  constructor(type: DocumentType, size: number, open: () => number) {
    this.#all = openHandles[type]
    this.weight = 1 + Math.floor(size / 4096)
    this.#open = open
  }

  get isOpen(): boolean {
    return this.#generation === generation
  }

  /** The number of the handle in the present instance. */
  get number(): number {
    return this.#handle
  }

  open(): void {
    this.#handle = this.#open()
    this.#generation = generation
    this.#all.delete(this)
    this.#all.add(this)
  }

  close(): void {
    this.#all.delete(this)
    registry?.unregister(this)
    if (!this.isOpen) return
    this.#generation = CLOSED
    const handle = this.#handle
    call((door) => door.close(handle))
  }
}

/** The generation of a handle that is closed. */
const CLOSED = -1

function closeQuietly(handle: Handle): void {
  try {
    handle.close()
  } catch {
    // The instance failed and was dropped, together with everything opened in it.
  }
}

/** Closes the handles of garbage-collected documents, on platforms with `FinalizationRegistry`. */
const registry = typeof FinalizationRegistry === 'undefined' ? undefined : new FinalizationRegistry<Handle>(closeQuietly)

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
 * object is garbage-collected, or when very many are open.
 */
export abstract class OpenedDocument {
  readonly #handle: Handle

  static {
    handleOf = (opened) => {
      const handle = opened.#handle
      if (!handle.isOpen) opened.#reopen()
      return handle.number
    }
    close = (opened) => {
      opened.#handle.close()
    }
  }

  /** @internal Opens the document at once, so that an invalid one fails where it was given. `size` is that of its text. */
  constructor(type: DocumentType, size: number, open: () => number) {
    this.#handle = new Handle(type, size, open)
    this.#reopen()
  }

  /** Closes the handle now, at the end of a `using` block. The object stays usable: it is opened again on next use. */
  [dispose](): void {
    this.#handle.close()
  }

  #reopen(): void {
    this.#handle.open()
    registry?.unregister(this.#handle)
    registry?.register(this, this.#handle, this.#handle)
  }
}
