import { PortcullisError } from '../base/errors.js'
import type { Denied } from './decision.js'

/** Thrown by `gate.authorize` instead of returning a denial. */
export class DeniedError extends PortcullisError {
  /** The denial, with the response to send. */
  readonly decision: Denied

  constructor(decision: Denied) {
    super('denied', `The request was denied: ${decision.reason}`)
    this.decision = decision
  }

  override get name(): string {
    return 'DeniedError'
  }
}
