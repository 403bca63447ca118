import { wrongType } from '../base/errors.js'
import type { Frame } from '../module/instance.js'

/**
 * One request, as far as a decision depends on it: either `method` and `target`, or `needs` for a direct question.
 *
 * All fields are strings exactly as received, not decoded, trimmed or normalised; `null` and `undefined` mean absent.
 * The decision trusts them: take `tenant`, `application` and `ip` from where a client cannot write.
 */
export interface Attempt {
  /** The method, case-sensitive. */
  readonly method?: string | null | undefined
  /** Path and query, as the application's router reads them. Not a whole URL. */
  readonly target?: string | null | undefined
  /** The Authorization header. Join several field lines with `", "`, which makes the value malformed. */
  readonly authorization?: string | null | undefined
  /** The header that the policy names as a transport: see `Policy.headerName`. Join several field lines with `", "`. */
  readonly header?: string | null | undefined
  /** The tenant of the request. Absent matches only tokens without a tenant. */
  readonly tenant?: string | null | undefined
  /** The application that sends the request. */
  readonly application?: string | null | undefined
  /** The client's address, without a port. */
  readonly ip?: string | null | undefined
  /** Scopes to require instead of those of a route, separated by spaces. All of them are required. */
  readonly needs?: string | null | undefined
}

/** Checks the types of an attempt's fields, and reads each field once. */
export function frameOf({ method, target, authorization, header, tenant, application, ip, needs }: Attempt): Frame {
  const none = (header ?? tenant ?? application ?? ip ?? needs ?? undefined) === undefined
  return {
    method: optional('attempt.method', method),
    target: optional('attempt.target', target),
    authorization: optional('attempt.authorization', authorization),
    rest: none
      ? undefined
      : {
          header: optional('attempt.header', header),
          tenant: optional('attempt.tenant', tenant),
          application: optional('attempt.application', application),
          ip: optional('attempt.ip', ip),
          needs: optional('attempt.needs', needs),
        },
  }
}

/** The string, or `undefined` if it is absent; throws a `TypeError` for anything else. */
function optional(what: string, value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return undefined
  throw wrongType(what, 'a string', value)
}
