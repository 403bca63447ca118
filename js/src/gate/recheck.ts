import type { Denied } from '../decision/decision.js'
import type { GateDecision } from './gate-decision.js'
import { LONGEST_TIMER } from '../base/timeout.js'

/** No two checks follow each other faster, whatever clocks and bounds say. */
const SHORTEST = 10

/**
 * Rules again and again, until the answer is no, or the signal is aborted.
 *
 * The next time is when the documents of the last ruling are `maxStaleness` old, or the first instant at which time
 * alone could change the answer, whichever comes first.
 */
export async function watch(
  rule: () => GateDecision | Promise<GateDecision>,
  clock: () => number,
  maxStaleness: number,
  enforce: boolean,
  signal: AbortSignal | undefined,
): Promise<Denied | null> {
  const left = () => signal?.aborted === true
  while (!left()) {
    const began = clock()
    const { decision, at } = await rule()
    if (!decision.allow && enforce) return left() ? null : decision
    const { validUntil } = decision.details
    const stale = (at ?? began) + maxStaleness
    const due = validUntil === null ? stale : Math.min(stale, Date.parse(validUntil))
    await pause(due - clock(), signal)
  }
  return null
}

/** Waits so many milliseconds, or until the signal is aborted. Keeps no process alive. */
function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', over)
      resolve()
    }
    // Not a number, where a clock failed: the next ruling will say so.
    const timer = setTimeout(over, Math.min(LONGEST_TIMER, Math.max(SHORTEST, milliseconds || 0)))
    signal?.addEventListener('abort', over)
    if (typeof timer === 'object') (timer as { unref?(): void }).unref?.()
  })
}
