// Tests a store or a read copy against the contract, with any test runner or without one.
import { TIMED_OUT, withTimeout } from '../base/timeout.js'
import type { ReadCopy } from '../store/kv/read-copy.js'
import type { Store } from '../store/store.js'
import { type Check, Nonconformance } from './check.js'
import { conditions } from './conditions.js'
import { names } from './names.js'
import { readings } from './queries.js'
import { races } from './races.js'
import { copies } from './read-copy.js'
import { revisions } from './revisions.js'
import { touches } from './touches.js'

export { Nonconformance } from './check.js'

/** An empty store to test. */
export interface StoreUnderTest<Tried = Store> {
  /**
   * Connections to the same data, which is empty. Give several, if possible from separate pools or clients: races
   * between connections find what a single connection hides.
   */
  readonly stores: readonly [Tried, ...Tried[]]
  /** Called after each check, even if it failed. */
  readonly close?: () => unknown
}

/** The result of one check. */
export interface CheckResult {
  readonly name: string
  /** What the store did wrong or threw; `null` if it passed. */
  readonly error: unknown
}

/** The result of all checks. */
export interface ConformanceReport {
  /** Whether the store passed every check. */
  readonly conforms: boolean
  readonly checks: readonly CheckResult[]
  /** The failed checks, each as a sentence. */
  readonly failures: readonly string[]
}

/** Options of `conform` and `conformCopy`. */
export interface ConformOptions {
  /** Milliseconds until a check counts as failed. Default: 60,000. */
  readonly timeout?: number
}

const CHECKS: readonly Check[] = [...revisions, ...conditions, ...readings, ...touches, ...names, ...races]

/**
 * Tests a store. `make` is called for each check and must return an empty store each time.
 *
 * The checks use only the contract, so they cannot see what happens when a process dies in the middle of a write, a
 * disk is full or a replica lags. The promise never rejects: failures are in the report.
 */
export async function conform(make: Maker<Store>, options: ConformOptions = {}): Promise<ConformanceReport> {
  return report(CHECKS, make, options)
}

/**
 * Tests a read copy. The checks cannot see how long a copy takes to show what was published elsewhere, nor what remains
 * after two concurrent publications: without compare and set, a copy cannot promise either.
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

/** What went wrong, or `null`. */
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
