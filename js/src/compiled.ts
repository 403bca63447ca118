import { PolicyError } from './errors.js'
import { textOf } from './plain.js'
import type { PolicyDocument } from './policy-document.js'

const { hasOwn } = Object
const { parse } = JSON

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

/** What is to be opened, and the fingerprint that it must have; `null` for what is not compiled. */
interface Unwrapped {
  readonly text: string
  readonly fingerprint: string | null
}

/** @internal Takes a compiled policy out of its envelope. */
export function unwrapped(text: string): Unwrapped {
  const plain = { text, fingerprint: null }
  if (!text.includes('"compiled"')) return plain
  let envelope: unknown
  try {
    envelope = parse(text)
  } catch {
    return plain
  }
  if (!isCompiled(envelope)) return plain
  const { compiled, by, fingerprint, policy, ...others } = envelope
  if (compiled !== 1) {
    throw refused('/compiled', 'unsupported_version', 'this file was compiled by another version; compile the policy again with this one')
  }
  for (const name of Object.keys(others)) throw refused(`/${name}`, 'unknown_field', 'there is no field of this name here')
  if (typeof fingerprint !== 'string') throw refused('', 'missing_field', 'the field "fingerprint" is required')
  if (typeof policy !== 'object' || policy === null) throw refused('', 'missing_field', 'the field "policy" is required')
  return { text: textOf(policy, 'the policy'), fingerprint }
}

/** @internal Something happened to the policy since it was compiled. */
export function altered(): PolicyError {
  return refused('/policy', 'altered', 'the policy is not the one that was compiled; compile it again from its source')
}

function refused(path: string, code: string, message: string): PolicyError {
  return new PolicyError([{ path, code, message }])
}
