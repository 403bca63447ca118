import { Gate, RefusedError, Tokens, type Decision, type Reason, type Store } from 'portcullis'
import { Gate as Deciding, Policy as DecidingPolicy } from 'portcullis/gate'
import { conform } from 'portcullis/conformance'
import { memory } from 'portcullis/memory'
import { load } from 'portcullis/slim'
import { sqlite } from 'portcullis/sqlite'

export async function use(request: Request): Promise<Reason | null> {
  load(new Uint8Array())
  const gate = new Gate({ policy: '{}', tokens: () => null })
  const decision: Decision = await gate.check(request)
  return decision.reason
}

export async function issue(path: string | null): Promise<string | null> {
  const store: Store = path === null ? memory() : sqlite(path)
  const { conforms } = await conform(() => ({ stores: [store] }))
  const tokens = new Tokens({ policy: '{}', store })
  try {
    const { plaintext } = await tokens.create({ kind: 'personal', name: 'x' }, { by: { id: 'ada' } })
    return conforms ? plaintext : null
  } catch (error) {
    if (error instanceof RefusedError && error.code === 'limit_reached') return error.field
    throw error
  }
}

export function same(): Gate {
  return new Deciding({ policy: new DecidingPolicy('{}'), tokens: () => null })
}
