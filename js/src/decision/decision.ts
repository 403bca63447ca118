import type { DenialResponse, Details, Level, PublicDetails } from './details.js'
import type { Reason } from '../generated/reasons.js'

interface Shared {
  /** 200, or what a denial answers with. */
  readonly status: number
  /** The decision as the module packs it into one number: see `wasm/ABI.md`. */
  readonly verdict: number
  /** Whether the store should remember that the token was used: see `details.touch`. */
  readonly touchAdvised: boolean
  /**
   * Everything the decision knows, for logs at home. It is worked out when asked for, from the same input, and
   * kept. Do not send it to the client: `response()` holds what may go there.
   */
  readonly details: Details
  /** The same as JSON text, byte for byte what every other host says. */
  text(level: Level): string
  /** What anybody may see, so that a decision that ends in a response by mistake tells nothing. */
  toJSON(): PublicDetails
  /** Throws: a decision is an object, and so always true. Read `allow`. */
  [Symbol.toPrimitive](hint: string): never
}

/** The request may pass. */
export interface Allowed extends Shared {
  readonly allow: true
  readonly reason: null
  /** What a gate with `enforce: false` let through; otherwise `null`. */
  readonly wouldDeny: Denied | null
  /**
   * The verified identity as header fields: `x-portcullis-token`, `-kind`, `-owner`, `-tenant`, `-route` and
   * `-scopes` (those that the request needed, and optional ones held). Values are percent-encoded as by
   * `encodeURIComponent`, the scopes separated by spaces. Empty for an open route: nobody was asked who they are.
   */
  identity(): Record<string, string>
  /**
   * The request for the origin: every inbound `x-portcullis-*` field is removed, in any spelling, and the verified
   * ones are added. It does not remove the token, and it refuses a request with another method or target than the
   * one decided.
   */
  forward(request: Request): Request
}

/** The request must not pass. */
export interface Denied extends Shared {
  readonly allow: false
  /** Why: stable, for programs and logs. Some reasons are the same answer on the wire. */
  readonly reason: Reason
  /** What was thrown while the store was asked, if that is why. For logs at home. */
  readonly cause: unknown
  /** Status, challenge and problem document, as they may go on the wire. */
  readonly answer: DenialResponse
  /** The answer as a Fetch response, never stored by a cache. */
  response(): Response
  /** The answer through a Node `ServerResponse`; it ends the response, unless somebody else has begun to answer. */
  send(to: NodeResponse): void
}

/** May this request pass? Ask `allow`: the rest follows from it. */
export type Decision = Allowed | Denied

/** The part of Node's `ServerResponse` that an answer needs. */
export interface NodeResponse {
  statusCode: number
  readonly headersSent?: boolean
  setHeader(name: string, value: string): unknown
  end(body: string): unknown
}
