import type { TokenEvent } from './change.js'
import type { Actor } from './command.js'
import { RefusedError } from './errors.js'
import { type TrailFault, verifyTrail } from './life.js'
import { snapshot } from './order.js'
import type { Performer } from './perform.js'

/** The audit trail of a token. */
export interface Trailed {
  readonly events: readonly TokenEvent[]
  /** Whether it is as it was written. */
  readonly verified: boolean
  /** What is wrong with it. */
  readonly faults: readonly TrailFault[]
}

/** Reads and checks a trail, for an actor who may see the token. */
export async function trailOf(performer: Performer, token: string, by: Actor): Promise<Trailed> {
  const { store } = performer
  const actor = snapshot(by, 'by')
  const kept = await performer.ask(async () => (await store.get(token)) ?? (await store.tombstone(token)), null)
  if (kept === null || (kept.tenant ?? null) !== (actor.tenant ?? null)) {
    throw new RefusedError({ code: 'unknown', field: null, message: 'There is no such token; look it up in the list of tokens.' })
  }
  const events = await performer.ask(() => store.trail(token), null)
  const { intact, faults } = verifyTrail({ events, head: kept.auditHead, token }, performer.auditKey)
  return { events, verified: intact, faults }
}
