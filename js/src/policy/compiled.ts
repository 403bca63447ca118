import type { PolicyDocument } from './document.js'

const { hasOwn } = Object

declare const compiledPolicy: unique symbol

/**
 * A policy that `portcullis compile` checked ahead of time, as a module exports it: a text, for the places where a policy
 * is asked for. It is refused when something happened to it since.
 */
export type CompiledPolicy = string & { readonly [compiledPolicy]: true }

/** The same as an object, as a `.json` file holds it. */
export interface CompiledDocument {
  /** The version of this form. */
  readonly compiled: 1
  /** What compiled it. It is not judged by it. */
  readonly by?: string
  /** That of the policy, see `Policy.fingerprint`. */
  readonly fingerprint: string
  readonly policy: PolicyDocument
}

/** @internal Whether the document says of itself that it is compiled. */
export function isCompiled(document: unknown): document is CompiledDocument {
  return typeof document === 'object' && document !== null && hasOwn(document, 'compiled')
}

/** @internal The policy in the envelope, or the document itself where there is none. */
export function policyIn(document: object): object {
  return isCompiled(document) ? document.policy : document
}
