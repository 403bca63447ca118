// The policy document as people write it. `policy.schema.json` says the same to editors; a test checks both against the
// core.
import type { EditableField, PolicyCommand, UniqueField } from '../generated/words.js'

/** A length of time: `"180d"`, `"2h"`, `"30m"` or `"60s"`. */
export type Duration = `${number}${'d' | 'h' | 'm' | 's'}`

/** What a route requires: one scope, all of a list, or any of several alternatives. */
export type NeedsDocument = string | { readonly all: readonly string[] } | { readonly any: readonly (string | { readonly all: readonly string[] })[] }

/** A resource, or a group of resources. */
export type ResourceDocument = TitledDocument &
  (
    | {
        /** Default: create, read, update and delete. */
        readonly actions?: readonly string[]
        /** Names for several of its actions together. */
        readonly aliases?: { readonly [alias: string]: readonly string[] }
        /** Whether single instances can be granted, such as `base/abc:read`. */
        readonly instances?: boolean
        readonly resources?: never
      }
    | {
        /** The resources of this group. Their full names join the parts with a dot. */
        readonly resources: { readonly [name: string]: ResourceDocument }
        readonly actions?: never
        readonly aliases?: never
        readonly instances?: never
      }
  )

/** One route, or with `crud` the five usual routes of a resource. */
export type RouteDocument =
  | ({
      /** Method and path template: `"GET /v3/licenses/{id}"`. */
      readonly on: string
      readonly crud?: never
    } & (
      | {
          readonly needs: NeedsDocument
          readonly authenticated?: false
          readonly open?: false
          /** Scopes that are not required; a decision reports which of them the token holds. */
          readonly optional?: readonly string[]
          /** The kinds of token that the route accepts. Default: all. */
          readonly kinds?: readonly string[]
        }
      | {
          /** Any valid token is accepted. */
          readonly authenticated: true
          readonly needs?: never
          readonly open?: false
          readonly optional?: readonly string[]
          readonly kinds?: readonly string[]
        }
      | {
          /** No token is needed. */
          readonly open: true
          readonly needs?: never
          readonly authenticated?: false
          readonly optional?: never
          readonly kinds?: never
        }
    ))
  | {
      /** The path template of the collection: `"/v3/licenses"`. */
      readonly crud: string
      readonly needs: string
      readonly kinds?: readonly string[]
      readonly on?: never
      readonly authenticated?: never
      readonly open?: never
      readonly optional?: never
    }

/** One kind of token. */
export interface KindDocument extends TitledDocument {
  /** A lower-case letter and 1 to 19 of a-z 0-9 _. Of several, new tokens get the first; all are accepted. */
  readonly prefix: string | readonly [string, ...string[]]
  readonly grants?: {
    /** The grants of a token whose creator names no grants. */
    readonly default?: readonly string[]
    /** Grants that the creator is warned about. */
    readonly warn?: readonly string[]
  }
  readonly lifetime?: {
    /** `null`: never expires. */
    readonly default?: Duration | null
    readonly max?: Duration | null
    /** How long before the end to send reminders. */
    readonly remind?: readonly Duration[]
    readonly extendExpired?: boolean
  }
  readonly idle?: {
    readonly default: Duration
    readonly choices?: readonly Duration[]
    /** What happens to a token that was not used for so long. Default: `deny`. */
    readonly then?: 'deny' | 'revoke' | 'delete'
    readonly remind?: readonly Duration[]
  }
  readonly limit?: { readonly activePerOwner?: number; readonly activePerTenant?: number }
  /** Fields that must be unique among the tokens of an owner, or of a tenant. */
  readonly unique?: readonly UniqueField[]
  /** The token can do no more than its owner may do at the moment. */
  readonly subject?: 'owner'
  readonly requires?: { readonly applications?: boolean; readonly instances?: { readonly [resource: string]: 'exactly-one' } }
  readonly editable?: readonly EditableField[]
  readonly lockable?: boolean
  /** Whether a revoked token may get a new secret. Default: `final`, it may not. */
  readonly revoke?: 'final' | 'regenerable'
  readonly deleteNeeds?: 'revoked'
  /** How long the old secret keeps working after a rotation. */
  readonly grace?: Duration
  readonly renewal?: {
    readonly manual?: boolean
    readonly automatic?: {
      readonly redeemWithin: Duration
      readonly offerAgainAfter: Duration
      /** Whether the old secret keeps its full grace, even past the old end of the token. Default: no. */
      readonly fullGrace?: boolean
      /** What happens when a replaced secret is used again. Default: `deny`. */
      readonly onReuse?: 'deny' | 'revoke'
      /** What happens when a callback goes to an address or a private host name. Default: `refuse`. */
      readonly privateCallbacks?: 'refuse' | 'warn'
    }
  }
  /** Who may give which command: roles, and `owner`. Every kind must name someone for `revoke`. */
  readonly may: { readonly [command in PolicyCommand]?: readonly string[] } & { readonly revoke: readonly string[] }
  /** Copied into the rows of an overview. */
  readonly labels?: { readonly [name: string]: string }
  /** How often a use is recorded at most. Default: every ten minutes. */
  readonly touchEvery?: Duration
}

/** A router whose habits of reading paths count; `exact` has none. */
export type RouterName = 'express' | 'fastify' | 'hono' | 'next' | 'axum' | 'exact'

/** A policy document: the resources, what each route requires, and the kinds of token. */
export interface PolicyDocument {
  /** For editors, the location of the schema: `"./node_modules/portcullis/policy.schema.json"`. */
  readonly $schema?: string
  /** The version of this format. */
  readonly portcullis: 1
  readonly name: string
  /** The name of the protected space in challenges. */
  readonly realm: string
  readonly description?: string
  /** How tokens are sent. Default: `bearer`. */
  readonly transports?: readonly ('bearer' | 'token' | 'basic' | 'websocket' | { readonly header: string } | { readonly query: string })[]
  /** How paths are compared. Default: strictly. */
  readonly paths?: {
    readonly trailingSlash?: 'strict' | 'ignore'
    readonly case?: 'exact' | 'ignore'
    readonly semicolon?: 'refuse' | 'literal'
    readonly unmapped?: 'forbidden' | 'notFound'
    /** The routers that may stand behind a gate: a request passes under each of their readings. Default: all. */
    readonly router?: RouterName | readonly RouterName[]
  }
  readonly resources: { readonly [name: string]: ResourceDocument }
  /** Names for several actions together, on every resource. */
  readonly aliases?: { readonly [alias: string]: readonly string[] }
  /** Former names of resources, with the current ones. */
  readonly rename?: { readonly [former: string]: string }
  /** Sets of grants, to be granted as `@name`. */
  readonly permissionSets?: { readonly [name: string]: TitledDocument & { readonly grants: readonly string[] } }
  readonly routes: readonly RouteDocument[]
  readonly roles?: {
    readonly [role: string]: {
      readonly title?: string
      /** May grant permissions that it does not hold itself. */
      readonly unlimited?: boolean
    }
  }
  readonly kinds: { readonly [name: string]: KindDocument }
}

/** A title and a description for people. */
export interface TitledDocument {
  readonly title?: string
  readonly description?: string
}
