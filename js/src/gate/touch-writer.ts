import type { TokenId } from '../base/token-id.js'
import type { Allowed } from '../decision/decision.js'
import { HINTS } from '../generated/abi.js'
import type { Token } from '../policy/token.js'
import type { Touch } from '../store/store.js'

/** Records in the store that a token was used, if its record still has this revision. */
export type TouchHook<Context = unknown> = (id: TokenId, revision: number, advice: Touch, context: Context) => unknown

/** How to run work after the response. */
export interface AfterResponseOptions {
  /** Keeps the platform awake until the work is done, like `ctx.waitUntil` in a worker. */
  readonly waitUntil?: (work: Promise<unknown>) => void
  /** Settles when the response was sent; the work starts then. By default it starts after the current task. */
  readonly after?: PromiseLike<unknown>
}

/** Milliseconds after which a touch is repeated if the record does not show it. */
const REPEAT_AFTER = 60_000

interface PastTouch {
  readonly at: number
  /** Whether it recorded the first use of the secret too, if there was one to record. */
  readonly complete: boolean
}

/**
 * Writes touches after the response, once for many requests.
 *
 * An opened record that was touched is not touched again until it changes. Otherwise a cached record, or one from a
 * lagging read copy, would cause a write for each request.
 */
export class TouchWriter<Context> {
  readonly #touch: TouchHook<Context>
  readonly #touched = new WeakMap<Token, PastTouch>()

  constructor(touch: TouchHook<Context>) {
    this.#touch = touch
  }

  /** Schedules the touch that a decision advises, if any. Returns at once and never throws. */
  schedule(decision: Allowed, token: Token, context: Context, { after, waitUntil }: AfterResponseOptions): void {
    if (!decision.touchAdvised) return
    const last = this.#touched.get(token)
    const now = Date.now()
    const recent = last !== undefined && Math.abs(now - last.at) < REPEAT_AFTER
    if (recent && last.complete) return
    try {
      const { token: id, revision, touch } = decision.details
      if (id === null || revision === null || touch === null) return
      if (recent && touch.secretUsedAt === null) return
      this.#touched.set(token, { at: now, complete: touch.secretUsedAt !== null || (decision.verdict & HINTS) === 0 })
      const work = this.#write(token, after, () => this.#touch(id, revision, touch, context))
      waitUntil?.(work)
    } catch {
      // The decision stands, whether the touch can be written or not.
    }
  }

  async #write(token: Token, after: PromiseLike<unknown> | undefined, touch: () => unknown): Promise<void> {
    try {
      await (after ?? new Promise((resolve) => setTimeout(resolve, 0)))
    } catch {
      // The token was used, even if the response broke off.
    }
    try {
      await touch()
    } catch {
      this.#touched.delete(token)
    }
  }
}
