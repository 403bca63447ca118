import type { Decision } from '../decision/decision.js'
import type { Gate, CheckArguments } from '../gate/gate.js'
import type { CheckOptions, GateRequest } from '../gate/request.js'

/** What a guard is told besides the gate. `Input` is what the framework hands to its handlers. */
export interface GuardOptions<Input, Context> {
  /** What the functions of the gate's options get as their context. If it throws, the request is denied. */
  readonly context?: (input: Input) => Context
  /** Ask for these scopes in the place of the request's route: `"license:read"`. */
  readonly needs?: string
}

/** Asks the gate on behalf of a framework. It does not reject: what fails is a denial. */
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
