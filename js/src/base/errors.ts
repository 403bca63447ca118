import type { RefusalCode } from '../generated/refusals.js'
import { shown } from './shown.js'

/** One mistake in a document: where it is and how to fix it. */
export interface Problem {
  /** JSON Pointer (RFC 6901) into the document. */
  readonly path: string
  /** Stable code, for programs. */
  readonly code: string
  /** One sentence for people. It never repeats a secret. */
  readonly message: string
}

/** Every code of a {@link PortcullisError}. Codes are stable. */
export type ErrorCode =
  /** The policy document is invalid: see {@link PolicyError.problems}. */
  | 'invalid_policy'
  /** The subject document is invalid: see {@link SubjectError.problems}. */
  | 'invalid_subject'
  /** A command, record or list is invalid: see {@link RequestError.problems}. */
  | 'invalid_request'
  /** A document holds a value that JSON cannot: a function, a `Date`, `NaN`, a `BigInt`, a lone surrogate. */
  | 'invalid_data'
  /** An instant is not a whole number of milliseconds, or not a valid `Date`. */
  | 'invalid_instant'
  /** A token or subject was opened under another policy than the one that was asked to decide. */
  | 'other_policy'
  /** `forward` was given another request than the one decided. */
  | 'other_request'
  /** The framework took another route than the one decided. Found as the `cause` of a denial. */
  | 'other_route'
  /** The framework took a route that the policy lacks. Found as the `cause` of a denial. */
  | 'unmapped_route'
  /** The method belongs to the other outcome: `response()` on an allowed request, `forward()` on a denied one. */
  | 'other_answer'
  /** No token could be minted: the policy lacks the kind, or the platform gave no entropy. */
  | 'mint_failed'
  /** The WebAssembly module is missing, damaged, or of another version than this package. */
  | 'module_invalid'
  /** The WebAssembly module failed during a call. It was replaced by a fresh instance. */
  | 'module_failed'
  /** The store did not answer in time. Found as the `cause` of a denial. */
  | 'store_timeout'
  /** The store returned an older revision of a record than before. Found as the `cause` of a denial. */
  | 'store_behind'
  /** `Tokens` was given a read copy, which cannot compare and set. */
  | 'read_copy'
  /** `authorize` denied the request: see {@link DeniedError.decision}. */
  | 'denied'
  /** A command was refused: see {@link RefusedError}. */
  | RefusalCode

/**
 * Base class of every error of this package. An argument of the wrong type is a `TypeError` instead; a denial is not an
 * error.
 */
export class PortcullisError extends Error {
  /** Stable code, for programs. */
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  override get name(): string {
    return 'PortcullisError'
  }
}

/** A document is invalid; nothing was opened or changed. */
abstract class DocumentError extends PortcullisError {
  /** Every problem, in document order. */
  readonly problems: readonly Problem[]

  constructor(what: 'policy' | 'subject' | 'request', problems: readonly Problem[]) {
    super(`invalid_${what}`, sentence(what, problems))
    this.problems = problems
  }
}

/** The policy document is invalid. Nothing was opened. */
export class PolicyError extends DocumentError {
  constructor(problems: readonly Problem[]) {
    super('policy', problems)
  }

  override get name(): string {
    return 'PolicyError'
  }
}

/** The subject document is invalid. Nothing was opened. */
export class SubjectError extends DocumentError {
  constructor(problems: readonly Problem[]) {
    super('subject', problems)
  }

  override get name(): string {
    return 'SubjectError'
  }
}

/**
 * A command, record or list is invalid. Nothing was changed. (A command that the policy refuses is a {@link
 * RefusedError}.)
 */
export class RequestError extends DocumentError {
  constructor(problems: readonly Problem[]) {
    super('request', problems)
  }

  override get name(): string {
    return 'RequestError'
  }
}

/**
 * The policy or the store refused a command; `message` says what to do instead. Nothing was written, with one
 * exception: `reuse_detected` may revoke the token.
 */
export class RefusedError extends PortcullisError {
  declare readonly code: RefusalCode
  /** JSON Pointer to the field of the command at fault; `null` if no field is. */
  readonly field: string | null

  constructor({ code, field, message }: { code: RefusalCode; field: string | null; message: string }) {
    super(code, message)
    this.field = field
  }

  override get name(): string {
    return 'RefusedError'
  }
}

/**
 * The store failed or did not answer in time. A command may or may not have taken effect: give it again with the same
 * id, and it takes effect once.
 */
export class StoreError extends PortcullisError {
  declare readonly code: 'store_unavailable'
  /** The id to repeat the command with; `null` if nothing was to be written. */
  readonly command: string | null

  constructor(message: string, { command = null, ...options }: ErrorOptions & { command?: string | null } = {}) {
    super('store_unavailable', message, options)
    this.command = command
  }

  override get name(): string {
    return 'StoreError'
  }
}

function sentence(what: string, problems: readonly Problem[]): string {
  const [first] = problems
  if (first === undefined) return `The ${what} is invalid.`
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  return `The ${what} is invalid at ${shown(first.path) || 'its root'}: ${first.message}${more}`
}

/** A `TypeError` for an argument of the wrong type. It names the type and never repeats the value. */
export function wrongType(what: string, wanted: string, value: unknown): TypeError {
  const got = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value
  return new TypeError(`${what} must be ${wanted}, not ${got}`)
}
