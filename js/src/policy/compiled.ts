import type { PolicyDocument } from './document.js'

const { hasOwn } = Object

declare const compiledPolicy: unique symbol

/**
 * A policy checked ahead of time by `portcullis compile`, as a module exports it: text that is accepted wherever a
 * policy is. If it was changed since, it is refused.
 */
export type CompiledPolicy = string & { readonly [compiledPolicy]: true }

/** A compiled policy as an object, as in a `.json` file. */
export interface CompiledDocument {
  /** The version of this format. */
  readonly compiled: 1
  /** The version of the package that compiled it, for information. */
  readonly by?: string
  /** The fingerprint of the policy: see `Policy.fingerprint`. */
  readonly fingerprint: string
  readonly policy: PolicyDocument
}

/** @internal Whether the document is a compiled policy. */
export function isCompiled(document: unknown): document is CompiledDocument {
  return typeof document === 'object' && document !== null && hasOwn(document, 'compiled')
}

/** @internal The policy inside a compiled document, or the document itself. */
export function policyIn(document: object): object {
  return isCompiled(document) ? document.policy : document
}
