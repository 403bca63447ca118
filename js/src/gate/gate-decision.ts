import type { Decision } from '../decision/decision.js'
import { HINTS, REASON, TOUCH } from '../generated/abi.js'
import type { Token } from '../policy/token.js'
import type { CacheEntry } from './record-cache.js'

/** A decision and the documents that it was made from. */
export interface GateDecision {
  readonly decision: Decision
  /** The record, if there is one. */
  readonly token: Token | null
  /** When the oldest document was read from the store; `null` if they were read just now, or if there are no documents. */
  readonly readAt: number | null
}

/** The bits in which verdicts on one record differ: the reason, whether to touch the token, whether there are hints. */
const ANSWER = REASON | TOUCH | HINTS

/** Keeps a cached record only until the instant at which time alone would change the decision on it. */
export function limitToValidity(entry: CacheEntry, decision: Decision): void {
  const answer = decision.verdict & ANSWER
  if (entry.verdictsSeen.has(answer)) return
  entry.verdictsSeen.add(answer)
  const { validUntil } = decision.details
  if (validUntil !== null) entry.freshUntil = Math.min(entry.freshUntil, Date.parse(validUntil))
}

/** The earlier of two instants, where `null` is now. */
export function earliest(one: number | null, other: number | null): number | null {
  if (one === null) return other
  return other === null ? one : Math.min(one, other)
}
