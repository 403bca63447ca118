import { callLife, type LifeDoor } from './engine.js'
import { PortcullisError, type Problem, RequestError, wrongType } from '../base/errors.js'

const { parse } = JSON

/** Bytes of randomness that a command may take. */
const ENTROPY = 128

/** Fewer bytes than this are no key. */
const SHORTEST_KEY = 16

/** @internal Asks the module something whose answer is a document, and reads it. */
export function ask<T>(question: (door: LifeDoor) => string): T {
  try {
    return parse(callLife(question)) as T
  } catch (thrown) {
    throw Array.isArray(thrown) ? new RequestError(thrown as Problem[]) : thrown
  }
}

/** @internal The key that seals events, as it was given. An empty one is a setting that was forgotten, not "none". */
export function keyOf(auditKey: Uint8Array | null | undefined): Uint8Array | undefined {
  if (auditKey === undefined || auditKey === null) return undefined
  if (!(auditKey instanceof Uint8Array)) throw wrongType('auditKey', 'a Uint8Array', auditKey)
  if (auditKey.length < SHORTEST_KEY) {
    throw new PortcullisError('invalid_data', `auditKey must have at least ${SHORTEST_KEY} bytes`)
  }
  return auditKey
}

/** @internal Entropy as it was given; without it the module asks the platform. */
export function entropyOf(entropy: Uint8Array | undefined): Uint8Array | undefined {
  if (entropy === undefined) return undefined
  if (!(entropy instanceof Uint8Array)) throw wrongType('entropy', 'a Uint8Array', entropy)
  if (entropy.length !== ENTROPY) throw new PortcullisError('invalid_data', `entropy must have ${ENTROPY} bytes`)
  return entropy
}
