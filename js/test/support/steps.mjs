// Import it before the package: only code that is compiled afterwards counts its blocks.
import { Session } from 'node:inspector/promises'
import { setFlagsFromString } from 'node:v8'

// Optimised code does not count all it does.
for (const flag of ['--no-opt', '--no-sparkplug', '--no-lazy-feedback-allocation']) setFlagsFromString(flag)

const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })

/** How many blocks of this package's code run during `work`: its cost, the same on every machine. */
export async function stepsOf(work) {
  await session.post('Profiler.takePreciseCoverage')
  await work()
  const { result } = await session.post('Profiler.takePreciseCoverage')
  // Without the module: finalizers close documents there at any time.
  const ours = result.filter(({ url }) => /\/js\/dist\/(base|decision|frameworks|gate|policy)\//.test(url))
  return ours.flatMap(({ functions }) => functions).flatMap(({ ranges }) => ranges).reduce((sum, { count }) => sum + count, 0)
}
