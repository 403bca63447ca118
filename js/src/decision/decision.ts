import type { Reason } from '../generated/reasons.js'
import type { DenialResponse, Details, Level, PublicDetails } from './details.js'

interface Shared {
  /** The HTTP status: 200, or that of the denial. */
  readonly status: number
  /** The decision packed into one number: see `wasm/ABI.md`. */
  readonly verdict: number
  /** Whether the store should record that the token was used: see `details.touch`. */
  readonly touchAdvised: boolean
  /**
   * Everything that is known about the decision, for internal logs. It is computed on first use, from the same input,
   * and kept. Do not send it to clients: `response()` holds what they may see.
   */
  readonly details: Details
  /** The details as JSON text, byte for byte the same on every host. */
  text(level: Level): string
  /** Returns what anyone may see, so that serializing a decision by mistake leaks nothing. */
  toJSON(): PublicDetails
  /** Always throws: an object is truthy, so `if (decision)` would allow everything. Read `allow`. */
  [Symbol.toPrimitive](hint: string): never
}

/** A decision that lets the request pass. */
export interface Allowed extends Shared {
  readonly allow: true
  readonly reason: null
  /** The denial that a gate with `enforce: false` did not enforce; otherwise `null`. */
  readonly wouldDeny: Denied | null
  /**
   * The verified identity as header fields: `x-portcullis-token`, `-kind`, `-owner`, `-tenant`, `-route` and `-scopes`
   * (those that the request needed, and optional ones that the token holds). Values are percent-encoded as by
   * `encodeURIComponent`; scopes are separated by spaces. Empty for an open route, where no token was checked.
   */
  identity(): Record<string, string>
  /**
   * The request to send to the origin: inbound `x-portcullis-*` fields are removed, however they are spelled, and the
   * verified ones are added. The token stays in the request. Throws if the method or target is not the one decided.
   */
  forward(request: Request): Request
}

/** A decision that denies the request. */
export interface Denied extends Shared {
  readonly allow: false
  /** Why the request is denied: a stable code, for programs and logs. Several reasons look the same to the client. */
  readonly reason: Reason
  /** What was thrown while the store was read, if that is why. For internal logs. */
  readonly cause: unknown
  /** Status, challenge and problem document, safe to send to the client. */
  readonly answer: DenialResponse
  /** The denial as a Fetch response that caches do not store. */
  response(): Response
  /** Writes the denial to a Node `ServerResponse` and ends it; does nothing if headers were already sent. */
  send(to: NodeResponse): void
}

/** Whether a request may pass. Test `allow`; the type narrows to {@link Allowed} or {@link Denied}. */
export type Decision = Allowed | Denied

/** The part of Node's `ServerResponse` that a denial is written to. */
export interface NodeResponse {
  statusCode: number
  readonly headersSent?: boolean
  setHeader(name: string, value: string): unknown
  end(body: string): unknown
}
