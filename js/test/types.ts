// Compiled, never run: what the types promise.
import { Gate, Policy, type Reason } from 'portcullis'
import { load } from 'portcullis/slim'

interface Env {
  readonly TOKENS: { get(id: string): Promise<string | null> }
}

declare const request: Request
declare const env: Env
declare const document: { portcullis: number; name: string }

export async function worker(): Promise<Response> {
  const gate = new Gate<Env>({ policy: document, tokens: (id, env) => env.TOKENS.get(id) })
  // @ts-expect-error the context is not optional once it is used
  await gate.check(request)
  const decision = await gate.check(request, env)
  // @ts-expect-error a denial has nothing to forward
  decision.forward(request)
  // @ts-expect-error an allowed request has no response of its own
  decision.response()
  if (!decision.allow) {
    const reason: Reason = decision.reason
    // @ts-expect-error there is no such reason
    if (decision.reason === 'because') return decision.response()
    return reason === 'missing' ? decision.response() : decision.response()
  }
  const none: null = decision.reason
  return fetch(decision.forward(request), { headers: { none: String(none) } })
}

export async function inferred(): Promise<boolean> {
  const gate = new Gate({ policy: document, tokens: (id, env: Env) => env.TOKENS.get(id) })
  // @ts-expect-error a promise is no answer
  if (gate.check(request, env)) return true
  return (await gate.authorize(request, env)).allow
}

export function direct(policy: Policy): void {
  const decision = policy.decide({ method: 'GET', target: '/' }, { token: null })
  // @ts-expect-error a decision is no number
  const sum = decision + 1
  // @ts-expect-error what is opened is opened by the policy, and by nobody else
  policy.decide({ needs: 'a:read' }, { token: { id: 'x' } })
  // @ts-expect-error nothing changes a decision
  decision.allow = true
  const found = policy.identify({ needs: 'a:read' })
  const id: string = typeof found === 'string' ? found : String(found.status)
  load(new Uint8Array([sum, id.length]))
}
