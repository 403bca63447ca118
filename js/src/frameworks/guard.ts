import { PortcullisError } from '../base/errors.js'
import { type ChallengeParameters, challengeSuffix } from '../decision/challenge.js'
import type { Allowed, Decision } from '../decision/decision.js'
import type { CheckArguments, Gate } from '../gate/gate.js'
import type { CheckOptions, GateRequest } from '../gate/request.js'
import type { RouterMatch } from './router-match.js'
import type { Template, ValueOf } from './templates.js'

/** Options of a guard. `Input` is what the framework passes to its handlers. */
export interface GuardOptions<Input, Context> {
  /** The context for the functions of the gate's options. If it throws, the request is denied. */
  readonly context?: (input: Input) => Context
  /** Require these scopes instead of those of the route: `"license:read"`. */
  readonly needs?: string
  /** More parameters of the challenge of a denial, such as `resource_metadata`. Default: those of the gate. */
  readonly challenge?: ChallengeParameters
}

/** Throws for options that no request could be checked with. */
export function assertOptions({ challenge = {} }: { readonly challenge?: ChallengeParameters }): void {
  challengeSuffix(challenge)
}

/** The route that a framework took for a request. */
export interface TakenRoute {
  /** As the application wrote it. */
  readonly written: string
  /** Each way to write it without its optional parts; `null` if it cannot be read. */
  readonly templates: readonly Template[] | null
  readonly valueOf: ValueOf
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
  const { needs, challenge } = options
  // A guard that asks for scopes of its own decides no route.
  const check: CheckOptions = { ...told, challenge, ...(needs === undefined ? {} : { needs, refuses: undefined }) }
  let context: Context
  try {
    context = options.context === undefined ? (otherwise() as Context) : options.context(input)
  } catch (cause) {
    return gate.unavailable(request, check, cause)
  }
  return gate.check(request, ...([context, check] as unknown as CheckArguments<Context>))
}

/** Why a request may not pass although it is allowed, judged by the route that the framework took; or `null`. */
export function refusal(match: RouterMatch, method: string, taken: TakenRoute, decision: Allowed): PortcullisError | null {
  // What a gate does not enforce, it does not refuse.
  if (decision.wouldDeny !== null) return null
  const { details } = decision
  const { written, templates, valueOf } = taken
  if (templates === null) return new PortcullisError('unmapped_route', `${written} cannot be read; the policy decided ${details.route}`)
  const result = match.taken(method, templates, valueOf, details)
  if (result === 'decided') return null
  return new PortcullisError(result === 'other' ? 'other_route' : 'unmapped_route', `${written} was taken; the policy decided ${details.route}`)
}
