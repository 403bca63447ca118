import { PortcullisError, type Problem, RequestError, wrongType } from '../base/errors.js'
import { ENTROPY_BYTES, SHORTEST_KEY_BYTES } from '../generated/abi.js'
import { callLifecycle, type LifecycleDoor } from './engine.js'

const { parse } = JSON

/** @internal Asks the module a question and parses its JSON answer. */
export function ask<T>(question: (door: LifecycleDoor) => string): T {
  try {
    return parse(callLifecycle(question)) as T
  } catch (thrown) {
    throw Array.isArray(thrown) ? new RequestError(thrown as Problem[]) : thrown
  }
}

/**
 * @internal Checks the key that seals events. An empty key is more likely a missing setting than a choice, so it is
 * refused.
 */
export function keyOf(auditKey: Uint8Array | null | undefined): Uint8Array | undefined {
  if (auditKey === undefined || auditKey === null) return undefined
  if (!(auditKey instanceof Uint8Array)) throw wrongType('auditKey', 'a Uint8Array', auditKey)
  if (auditKey.length < SHORTEST_KEY_BYTES) {
    throw new PortcullisError('invalid_data', `auditKey must have at least ${SHORTEST_KEY_BYTES} bytes`)
  }
  return auditKey
}

/** @internal Checks entropy given by the caller. Without it, the module asks the platform. */
export function entropyOf(entropy: Uint8Array | undefined): Uint8Array | undefined {
  if (entropy === undefined) return undefined
  if (!(entropy instanceof Uint8Array)) throw wrongType('entropy', 'a Uint8Array', entropy)
  if (entropy.length !== ENTROPY_BYTES) throw new PortcullisError('invalid_data', `entropy must have ${ENTROPY_BYTES} bytes`)
  return entropy
}
