// Shows whether a store, or a read copy, keeps to the contract: for every runner of tests, and without one.
import type { Store } from '../store/store.js'
import type { ReadCopy } from '../store/kv/read-copy.js'
import { TIMED_OUT, withTimeout } from '../base/timeout.js'
import { type Check, Nonconformance } from './check.js'
import { conditions } from './conditions.js'
import { copies } from './read-copy.js'
import { names } from './names.js'
import { races } from './races.js'
import { readings } from './queries.js'
import { revisions } from './revisions.js'
import { touches } from './touches.js'

export { Nonconformance } from './check.js'

/** An empty store to try. */
export interface StoreUnderTest<Tried = Store> {
  /**
   * Connections to the same data, which is empty; give several, best from pools or clients of their own: races between
   * them show what one alone hides.
   */
  readonly stores: readonly [Tried, ...Tried[]]
  /** Called after each check, also when it failed. */
  readonly close?: () => unknown
}

/** What became of one check. */
export interface CheckResult {
  readonly name: string
  /** What the store did wrong, or threw; `null` when it passed. */
  readonly error: unknown
}

/** What a store was found to do. */
export interface ConformanceReport {
  /** Whether it keeps to the contract, as far as these checks can see. */
  readonly conforms: boolean
  readonly checks: readonly CheckResult[]
  /** Those that failed, each as a sentence. */
  readonly failures: readonly string[]
}

/** How to try a store. */
export interface ConformOptions {
  /** Milliseconds after which a check has failed; by default 60,000. */
  readonly timeout?: number
}

const CHECKS: readonly Check[] = [...revisions, ...conditions, ...readings, ...touches, ...names, ...races]

/**
 * Tries a store: `make` is called for each check and must give an empty one each time.
 *
 * It reads and writes only through the contract, so it cannot see what happens when a process dies in the middle of a
 * write, a disk fills up or a replica lags behind. It never rejects: what goes wrong stands in the report.
 */
export async function conform(make: Maker<Store>, options: ConformOptions = {}): Promise<ConformanceReport> {
  return report(CHECKS, make, options)
}

/**
 * Tries a read copy, likewise. It cannot see how long a copy takes to show what was published elsewhere, nor what two
 * who publish at the same moment leave there: without compare and set that is nobody's to promise.
 */
export async function conformCopy(make: Maker<ReadCopy>, options: ConformOptions = {}): Promise<ConformanceReport> {
  return report(copies, make, options)
}

type Maker<Tried> = () => Tried | StoreUnderTest<Tried> | Promise<Tried | StoreUnderTest<Tried>>

async function report<Tried extends object>(tried: readonly Check<Tried>[], make: Maker<Tried>, { timeout = 60_000 }: ConformOptions): Promise<ConformanceReport> {
  const checks: CheckResult[] = []
  for (const check of tried) checks.push({ name: check.name, error: await failure(check, make, timeout) })
  const failed = checks.filter(({ error }) => error !== null)
  return {
    conforms: failed.length === 0,
    checks,
    failures: failed.map(({ name, error }) => `${name}: ${error instanceof Error ? error.message : String(error)}`),
  }
}

/** What went wrong, if anything did. */
async function failure<Tried extends object>({ run }: Check<Tried>, make: Maker<Tried>, timeout: number): Promise<unknown> {
  let trial: StoreUnderTest<Tried> | undefined
  try {
    const made = await make()
    trial = 'stores' in made ? made : { stores: [made] }
    const end = await withTimeout(run(trial.stores), timeout)
    return end === TIMED_OUT ? new Nonconformance(`no end within ${timeout} ms`) : null
  } catch (error) {
    return error ?? new Nonconformance('it threw nothing')
  } finally {
    await trial?.close?.()
  }
}
