import { LONGEST_TIMER } from '../base/timeout.js'
import type { Denied } from '../decision/decision.js'
import type { GateDecision } from './gate-decision.js'

/** The shortest pause between two checks, in milliseconds. */
const SHORTEST = 10

/**
 * Decides again and again, until the request is denied or the signal is aborted.
 *
 * The next check is due when the documents of the last one are `maxStaleness` old, or at the first instant at which
 * time alone could change the decision.
 */
export async function recheck(
  decide: () => GateDecision | Promise<GateDecision>,
  clock: () => number,
  maxStaleness: number,
  enforce: boolean,
  signal: AbortSignal | undefined,
): Promise<Denied | null> {
  const aborted = () => signal?.aborted === true
  while (!aborted()) {
    const startedAt = clock()
    const { decision, readAt } = await decide()
    if (!decision.allow && enforce) return aborted() ? null : decision
    const { validUntil } = decision.details
    const stale = (readAt ?? startedAt) + maxStaleness
    const due = validUntil === null ? stale : Math.min(stale, Date.parse(validUntil))
    await pause(due - clock(), signal)
  }
  return null
}

/** Waits, unless the signal is aborted first. The timer does not keep the process alive. */
function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    // A clock that fails gives NaN; the next decision will report it.
    const timer = setTimeout(end, Math.min(LONGEST_TIMER, Math.max(SHORTEST, milliseconds || 0)))
    signal?.addEventListener('abort', end)
    if (typeof timer === 'object') (timer as { unref?(): void }).unref?.()
  })
}
