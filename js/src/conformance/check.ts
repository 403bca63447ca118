import type { Store } from '../store/store.js'

/** One requirement that every store must meet. */
export interface Check<Tried = Store> {
  /** The requirement as a sentence, after the ids of the rules that it tests, if any. */
  readonly name: string
  /** Throws if the store fails it. The stores are connections to the same data, which is empty. */
  readonly run: (stores: readonly [Tried, ...Tried[]]) => Promise<void>
}

/** The store broke the contract. */
export class Nonconformance extends Error {
  override get name(): string {
    return 'Nonconformance'
  }
}

/** Throws unless both are the same JSON, in any order of fields. */
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
