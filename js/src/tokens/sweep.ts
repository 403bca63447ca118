import { ownProperties } from '../base/own-properties.js'
import { due } from '../policy/lifecycle.js'
import type { TokenRecord } from '../store/record.js'
import type { Actor } from './command-types.js'
import { type Executor, isChange } from './executor.js'
import { type CommandFailure, eachRecord, failureOf, type PageOptions } from './pages.js'

/** The result of a sweep. */
export interface SweepResult {
  /** How often each command took effect, such as `{ remind: 3 }`. */
  readonly commands: Readonly<Record<string, number>>
  readonly failed: readonly CommandFailure[]
  /** Pass it as `after` to continue; `null` if nothing else is due. */
  readonly next: string | null
  readonly done: boolean
}

/** The host itself. */
const SYSTEM = JSON.stringify({ system: true } satisfies Actor)

/** The most commands for one token in one sweep. Only a few can be due; the others are conflicts. */
const STEPS = 32

/** `tokens.sweep`. */
export async function sweep(executor: Executor, options: PageOptions): Promise<SweepResult> {
  const now = executor.now()
  const instant = new Date(now).toISOString()
  const commands: Record<string, number> = {}
  const failed: CommandFailure[] = []
  const read = (cursor: string | null, size: number) => {
    return executor.callStore(() => executor.store.due(instant, size, cursor), null)
  }
  const next = await eachRecord(read, ownProperties(options), async (record) => {
    for (const command of await executeDue(executor, record, now, failed)) commands[command] = (commands[command] ?? 0) + 1
  })
  return { commands, failed, next, done: next === null }
}

/**
 * Executes what is due for one token, and returns the commands that took effect. Each is applied to exactly the record
 * that it was due for; if that has changed, the due commands are worked out again.
 */
async function executeDue(executor: Executor, found: TokenRecord, now: number, failed: CommandFailure[]): Promise<string[]> {
  const executed: string[] = []
  let record: TokenRecord | null = found
  for (let steps = 0; record !== null && steps < STEPS; steps += 1) {
    const { id }: TokenRecord = record
    let command: string | null = null
    try {
      const [next] = due(executor.policy, record, { now }) as { command: string; id: string }[]
      if (next === undefined) return executed
      command = next.command
      const step = await executor.step({ id: next.id, named: false, text: JSON.stringify(next), actor: SYSTEM, token: id }, record)
      if (step === 'repeated' || step === 'conflict') {
        record = await executor.callStore(() => executor.store.get(id), next.id)
      } else if (isChange(step)) {
        executed.push(command)
        record = step.writes.find((write) => write.id === id)?.record ?? null
      } else {
        failed.push({ token: id, command, code: step.code, message: step.message })
        return executed
      }
    } catch (error) {
      failed.push(failureOf(id, command, error))
      return executed
    }
  }
  return executed
}
