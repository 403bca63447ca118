import type { RefusalCode } from '../generated/refusals.js'

/** What is wrong with a document, where, and what to do instead. */
export interface Problem {
  /** JSON Pointer (RFC 6901) into the document. */
  readonly path: string
  /** Stable, for programs. */
  readonly code: string
  /** One sentence, for a person. It never repeats a secret. */
  readonly message: string
}

/** Stable codes of {@link PortcullisError}. */
export type ErrorCode =
  /** The policy document breaks its rules: see {@link PolicyError.problems}. */
  | 'invalid_policy'
  /** The subject document breaks its rules: see {@link SubjectError.problems}. */
  | 'invalid_subject'
  /** A command, a record or a list handed in beside it breaks its rules: see {@link RequestError.problems}. */
  | 'invalid_request'
  /** A document holds what JSON cannot: a function, a `Date`, `NaN`, a `BigInt`, a lone surrogate. */
  | 'invalid_data'
  /** An instant that is no whole number of milliseconds, or no valid `Date`. */
  | 'invalid_instant'
  /** A token or subject was opened under another policy than the one asked. */
  | 'other_policy'
  /** A request other than the one decided is to be forwarded. */
  | 'other_request'
  /** The method belongs to the other answer: `response()` of an allowed request, `forward()` of a denied one. */
  | 'other_answer'
  /** No token could be made: the policy lacks the kind, or the platform gave no entropy. */
  | 'mint_failed'
  /** The WebAssembly module is missing, damaged, or of another version than this package. */
  | 'module_invalid'
  /** The WebAssembly module failed in a call. It has been replaced by a fresh one. */
  | 'module_failed'
  /** The store did not answer in time: the `cause` of a denial. */
  | 'store_timeout'
  /** The store returned an older revision of a record than it did before: the `cause` of a denial. */
  | 'store_behind'
  /** Commands were to be given on a read copy, which cannot compare and set. */
  | 'read_copy'
  /** `authorize` met a denial: see {@link DeniedError.decision}. */
  | 'denied'
  /** A command was refused: see {@link RefusedError}. */
  | RefusalCode

/** Every error of this package, except a `TypeError` for an argument of the wrong type. A denial is no error. */
export class PortcullisError extends Error {
  /** Stable, for programs. */
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  override get name(): string {
    return 'PortcullisError'
  }
}

/** A document breaks its rules; nothing was opened, nothing was changed. */
abstract class DocumentError extends PortcullisError {
  /** Every problem found, in the order of the document. */
  readonly problems: readonly Problem[]

  constructor(what: 'policy' | 'subject' | 'request', problems: readonly Problem[]) {
    super(`invalid_${what}`, sentence(what, problems))
    this.problems = problems
  }
}

/** The policy document breaks its rules. Nothing was opened. */
export class PolicyError extends DocumentError {
  constructor(problems: readonly Problem[]) {
    super('policy', problems)
  }

  override get name(): string {
    return 'PolicyError'
  }
}

/** The subject document breaks its rules. Nothing was opened. */
export class SubjectError extends DocumentError {
  constructor(problems: readonly Problem[]) {
    super('subject', problems)
  }

  override get name(): string {
    return 'SubjectError'
  }
}

/** A question about a token's life breaks the rules of its document. Nothing was changed. A refusal is no error. */
export class RequestError extends DocumentError {
  constructor(problems: readonly Problem[]) {
    super('request', problems)
  }

  override get name(): string {
    return 'RequestError'
  }
}

/**
 * A command that the rules refuse, with what to do instead. Nothing was written, except where the refusal itself stops
 * a token: `reuse_detected` may revoke it.
 */
export class RefusedError extends PortcullisError {
  declare readonly code: RefusalCode
  /** JSON Pointer to the field of the command that it is about, if it is about one. */
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
 * The store failed, or did not answer in time. Whether a command took effect is then unknown: give it again with the
 * same id, and it takes effect once.
 */
export class StoreError extends PortcullisError {
  declare readonly code: 'store_unavailable'
  /** The id to give the command again with; `null` where nothing was to be written. */
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
  if (first === undefined) return `The ${what} was refused.`
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  return `The ${what} was refused at ${first.path || 'its root'}: ${first.message}${more}`
}

/** Refuses an argument of the wrong type before it reaches the module, without repeating it. */
export function wrongType(what: string, wanted: string, value: unknown): TypeError {
  const got = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value
  return new TypeError(`${what} must be ${wanted}, not ${got}`)
}
