import type { Allowed } from '../decision/decision.js'
import type { Touch } from '../store/store.js'
import type { TokenId } from '../base/token-id.js'
import type { Token } from '../policy/token.js'

/** Remembers in the store that a token was used, if its record still has this revision. */
export type TouchHook<Context = unknown> = (id: TokenId, revision: number, advice: Touch, context: Context) => unknown

/** What becomes of work that is done after the response. */
export interface AfterResponseOptions {
  /** Keeps the platform awake until the work is done, as `ctx.waitUntil` does in a worker. */
  readonly waitUntil?: (work: Promise<unknown>) => void
  /** Settles when the response has gone out; such work begins then. By default in a moment. */
  readonly after?: PromiseLike<unknown>
}

/** Milliseconds after which a touch that did not show in the record is made again. */
const AGAIN = 60_000

/** The bit of a verdict that says that there are hints: the previous secret was used, say. */
const HINTS = 0x200

interface Touched {
  readonly at: number
  /** Whether the touch told all there was to tell, the first use of the secret included. */
  readonly whole: boolean
}

/**
 * Touches that are due, written after the response, once for many requests.
 *
 * A record that was opened and touched is not touched again before it changes: a kept one, or one from a copy that
 * lags behind, would advise it for each request.
 */
export class TouchWriter<Context> {
  readonly #touch: TouchHook<Context>
  readonly #touched = new WeakMap<Token, Touched>()

  constructor(touch: TouchHook<Context>) {
    this.#touch = touch
  }

  /** Takes the advice of a decision. Returns at once, and never throws. */
  schedule(decision: Allowed, token: Token, context: Context, later: AfterResponseOptions): void {
    if (!decision.touchAdvised) return
    const last = this.#touched.get(token)
    const now = Date.now()
    const recent = last !== undefined && Math.abs(now - last.at) < AGAIN
    if (recent && last.whole) return
    try {
      const { token: id, revision, touch } = decision.details
      if (id === null || revision === null || touch === null) return
      if (recent && touch.secretUsedAt === null) return
      this.#touched.set(token, { at: now, whole: touch.secretUsedAt !== null || (decision.verdict & HINTS) === 0 })
      const work = this.#write(token, later.after, () => this.#touch(id, revision, touch, context))
      later.waitUntil?.(work)
    } catch {
      // The answer stands, whether its use is remembered or not.
    }
  }

  async #write(token: Token, after: PromiseLike<unknown> | undefined, touch: () => unknown): Promise<void> {
    try {
      await (after ?? moment())
    } catch {
      // A response that broke off was a use of the token as well.
    }
    try {
      await touch()
    } catch {
      this.#touched.delete(token)
    }
  }
}

function moment(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0)
  })
}
