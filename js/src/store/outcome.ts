import { StoreError } from '../base/errors.js'
import type { Change, CommitOutcome } from './change.js'

/** The outcome that a server named, with the number of the guard or claim that stopped the change. */
export function outcomeOf(word: unknown, number: number, { guards, claims }: Change): CommitOutcome {
  const [guard, claim] = [guards[number], claims[number]]
  if (word === 'committed' || word === 'conflict' || word === 'repeated') return { outcome: word }
  if (word === 'limit_reached' && guard !== undefined) return { outcome: 'refused', code: word, guard }
  if (word === 'not_unique' && claim !== undefined) return { outcome: 'refused', code: word, claim }
  throw new StoreError('The server returned no valid outcome: the change may have been written')
}
