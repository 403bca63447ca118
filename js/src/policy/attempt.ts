import { wrongType } from '../base/errors.js'
import type { Frame } from '../module/instance.js'

/**
 * One request, as far as a decision looks at it.
 *
 * Either a request, with `method` and `target`, or a direct question, with `needs`. Strings only, exactly as
 * received: nothing is decoded, trimmed or normalised on the way; `null` and `undefined` both mean absent. All
 * of it is the host's word: take `tenant`, `application` and `ip` from where a client cannot write.
 */
export interface Attempt {
  /** The method; case counts. */
  readonly method?: string | null | undefined
  /** Path and query, as the application's own router reads them. Not a whole URL. */
  readonly target?: string | null | undefined
  /** The Authorization field. Several field lines are joined with `", "`, which makes them malformed. */
  readonly authorization?: string | null | undefined
  /** The field that the policy names as a transport: see `Policy.headerName`. Joined likewise. */
  readonly header?: string | null | undefined
  /** The tenant asked for. Absent equals only absent. */
  readonly tenant?: string | null | undefined
  /** The application that asks. */
  readonly application?: string | null | undefined
  /** The client's address, without a port. */
  readonly ip?: string | null | undefined
  /** Scopes to ask for in the place of a route, separated by spaces; all of them are needed. */
  readonly needs?: string | null | undefined
}

/** The attempt as it crosses; anything but strings in it is a `TypeError`. */
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

/** A string or nothing; anything else is a `TypeError`, before it reaches the module. */
function optional(what: string, value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return undefined
  throw wrongType(what, 'a string', value)
}
