/** Opens a connection on first use, and again after it failed, broke or was closed. */
export class LazyConnection<C extends { close(): unknown }> {
  readonly #open: (lost: () => void) => Promise<C>
  #opening: Promise<C> | undefined

  /** `open` may call `lost` when the connection breaks. */
  constructor(open: (lost: () => void) => Promise<C>) {
    this.#open = open
  }

  async get(): Promise<C> {
    const opening = (this.#opening ??= this.#start())
    try {
      return await opening
    } catch (cause) {
      this.#drop(opening)
      throw cause
    }
  }

  async close(): Promise<void> {
    const opening = this.#opening
    this.#opening = undefined
    const connection = await opening?.catch(() => undefined)
    await connection?.close()
  }

  #start(): Promise<C> {
    const opening = this.#open(() => this.#drop(opening))
    return opening
  }

  /** The next call opens another connection. */
  #drop(opening: Promise<C>): void {
    if (this.#opening === opening) this.#opening = undefined
  }
}
