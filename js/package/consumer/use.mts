import { Gate, type Decision, type Reason } from 'portcullis'
import { load } from 'portcullis/slim'

export async function use(request: Request): Promise<Reason | null> {
  load(new Uint8Array())
  const gate = new Gate({ policy: '{}', tokens: () => null })
  const decision: Decision = await gate.check(request)
  return decision.reason
}
