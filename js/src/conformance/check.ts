import type { Store } from '../store/store.js'

/** One thing that every store must do, or everything else that is tried. */
export interface Check<Tried = Store> {
  /** A sentence, with the ids of the faults that it is about, if any. */
  readonly name: string
  /** Throws when the store does not. The stores are connections to the same data, which is empty. */
  readonly run: (stores: readonly [Tried, ...Tried[]]) => Promise<void>
}

/** A store did something else than it must. */
export class Nonconformance extends Error {
  override get name(): string {
    return 'Nonconformance'
  }
}

/** Both are the same JSON, whatever the order of fields. */
export function expectEqual(got: unknown, wanted: unknown, what: string): void {
  const [one, other] = [sorted(got), sorted(wanted)]
  if (one !== other) throw new Nonconformance(`${what}: ${short(one)} in the place of ${short(other)}`)
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
  }) ?? 'undefined'
}

function short(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}...` : text
}
