import type { Decision } from '../decision/decision.js'
import type { CheckArguments, Gate } from '../gate/gate.js'
import type { CheckOptions, GateRequest } from '../gate/request.js'

/** Options of a guard. `Input` is what the framework passes to its handlers. */
export interface GuardOptions<Input, Context> {
  /** The context for the functions of the gate's options. If it throws, the request is denied. */
  readonly context?: (input: Input) => Context
  /** Require these scopes instead of those of the route: `"license:read"`. */
  readonly needs?: string
}

/** Checks a request for a framework. It never rejects: any failure is a denial. */
export async function checkRequest<Input, Context>(
  gate: Gate<Context>,
  request: GateRequest,
  input: Input,
  options: GuardOptions<Input, Context>,
  told: CheckOptions,
  otherwise: () => unknown = () => undefined,
): Promise<Decision> {
  const check: CheckOptions = options.needs === undefined ? told : { ...told, needs: options.needs }
  let context: Context
  try {
    context = options.context === undefined ? (otherwise() as Context) : options.context(input)
  } catch (cause) {
    return gate.unavailable(request, check, cause)
  }
  return gate.check(request, ...([context, check] as unknown as CheckArguments<Context>))
}
