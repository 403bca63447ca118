import type { Decision } from '../decision/decision.js'
import type { CacheEntry } from './record-cache.js'
import type { Token } from '../policy/token.js'

/** A decision, with what it rests on. */
export interface GateDecision {
  readonly decision: Decision
  /** The record, if there is one. */
  readonly token: Token | null
  /** Since when the documents may be out of date; `null` when they were read just now, or none was. */
  readonly at: number | null
}

/** The part of a verdict in which answers of the same record differ: the reason, and whether there are hints. */
const ANSWER = 0x3ff

/**
 * A kept record is not used past the instant at which time alone changes what was decided on it. Looked at once for
 * each kind of answer.
 */
export function limitToValidity(kept: CacheEntry, decision: Decision): void {
  const answer = decision.verdict & ANSWER
  if (kept.verdictsSeen.has(answer)) return
  kept.verdictsSeen.add(answer)
  const { validUntil } = decision.details
  if (validUntil !== null) kept.until = Math.min(kept.until, Date.parse(validUntil))
}

/** The earlier of two instants, where `null` is now. */
export function earliest(one: number | null, other: number | null): number | null {
  if (one === null) return other
  return other === null ? one : Math.min(one, other)
}
