// The policy document as a person writes it. `policy.schema.json` says the same to editors; a test holds both to the core.
import type { EditableField, PolicyCommand, UniqueField } from '../generated/words.js'

/** Such as `"180d"`, `"2h"`, `"30m"` or `"60s"`. */
export type Duration = `${number}${'d' | 'h' | 'm' | 's'}`

/** What a route needs: one scope, all of a list, or any of several. */
export type NeedsDocument = string | { readonly all: readonly string[] } | { readonly any: readonly (string | { readonly all: readonly string[] })[] }

/** A resource, or a group of them. */
export type ResourceDocument = TitledDocument &
  (
    | {
        /** By default create, read, update and delete. */
        readonly actions?: readonly string[]
        /** Words that stand for several of its actions. */
        readonly aliases?: { readonly [alias: string]: readonly string[] }
        /** Whether single items can be granted, as in `base/abc:read`. */
        readonly instances?: boolean
        readonly resources?: never
      }
    | {
        /** The resources of this group; a dot stands between the names. */
        readonly resources: { readonly [name: string]: ResourceDocument }
        readonly actions?: never
        readonly aliases?: never
        readonly instances?: never
      }
  )

/** One route, or the ordinary five of a resource. */
export type RouteDocument =
  | ({
      /** Method and template, as `"GET /v3/licenses/{id}"`. */
      readonly on: string
      readonly crud?: never
    } & (
      | {
          readonly needs: NeedsDocument
          readonly authenticated?: false
          readonly open?: false
          /** Scopes that it does not need, but whose presence is told. */
          readonly optional?: readonly string[]
          /** The kinds of token that it takes; by default all. */
          readonly kinds?: readonly string[]
        }
      | {
          /** Any valid token will do. */
          readonly authenticated: true
          readonly needs?: never
          readonly open?: false
          readonly optional?: readonly string[]
          readonly kinds?: readonly string[]
        }
      | {
          /** No token at all. */
          readonly open: true
          readonly needs?: never
          readonly authenticated?: false
          readonly optional?: never
          readonly kinds?: never
        }
    ))
  | {
      /** The template of the list, as `"/v3/licenses"`. */
      readonly crud: string
      /** The resource. */
      readonly needs: string
      readonly kinds?: readonly string[]
      readonly on?: never
      readonly authenticated?: never
      readonly open?: never
      readonly optional?: never
    }

/** One kind of token. */
export interface KindDocument extends TitledDocument {
  /** A lower-case letter and 1 to 19 of a-z 0-9 _. The first of several mints, all are read. */
  readonly prefix: string | readonly [string, ...string[]]
  readonly grants?: {
    /** What a token gets whose creator names nothing. */
    readonly default?: readonly string[]
    /** What a creator is warned of. */
    readonly warn?: readonly string[]
  }
  readonly lifetime?: {
    /** `null`: never expires. */
    readonly default?: Duration | null
    readonly max?: Duration | null
    /** How long before the end somebody is reminded. */
    readonly remind?: readonly Duration[]
    readonly extendExpired?: boolean
  }
  readonly idle?: {
    readonly default: Duration
    readonly choices?: readonly Duration[]
    /** What becomes of a token that was not used for so long; by default `deny`. */
    readonly then?: 'deny' | 'revoke' | 'delete'
    readonly remind?: readonly Duration[]
  }
  readonly limit?: { readonly activePerOwner?: number; readonly activePerTenant?: number }
  /** What no two tokens of an owner, or of a tenant, have alike. */
  readonly unique?: readonly UniqueField[]
  /** The owner's present rights bound the token. */
  readonly subject?: 'owner'
  readonly requires?: { readonly applications?: boolean; readonly instances?: { readonly [resource: string]: 'exactly-one' } }
  readonly editable?: readonly EditableField[]
  readonly lockable?: boolean
  /** Whether a revoked token may get a new secret; by default `final`. */
  readonly revoke?: 'final' | 'regenerable'
  readonly deleteNeeds?: 'revoked'
  /** How long an old secret goes on beside a new one. */
  readonly grace?: Duration
  readonly renewal?: {
    readonly manual?: boolean
    readonly automatic?: {
      readonly redeemWithin: Duration
      readonly offerAgainAfter: Duration
      /** Whether the old secret has its whole grace, also beyond the end that the token had; by default not. */
      readonly fullGrace?: boolean
      /** What a secret that was replaced does when it comes back; by default `deny`. */
      readonly onReuse?: 'deny' | 'revoke'
    }
  }
  /** Who may give which command: roles, and `owner`. Revoking is for somebody. */
  readonly may: { readonly [command in PolicyCommand]?: readonly string[] } & { readonly revoke: readonly string[] }
  /** Passed through to lists. */
  readonly labels?: { readonly [name: string]: string }
  /** How often a use is noted at most; by default every ten minutes. */
  readonly touchEvery?: Duration
}

/** A policy: what there is to permit, what each route needs, and which kinds of token there are. */
export interface PolicyDocument {
  /** For editors: where the schema is, such as `"./node_modules/portcullis/policy.schema.json"`. */
  readonly $schema?: string
  /** The version of this form of document. */
  readonly portcullis: 1
  readonly name: string
  /** What challenges call the protected space. */
  readonly realm: string
  readonly description?: string
  /** How tokens come; by default as `Bearer`. */
  readonly transports?: readonly ('bearer' | 'token' | { readonly header: string } | { readonly query: string })[]
  /** How paths are compared; by default strictly. */
  readonly paths?: {
    readonly trailingSlash?: 'strict' | 'ignore'
    readonly case?: 'exact' | 'ignore'
    readonly semicolon?: 'refuse' | 'literal'
  }
  readonly resources: { readonly [name: string]: ResourceDocument }
  /** Words that stand for several actions, on every resource. */
  readonly aliases?: { readonly [alias: string]: readonly string[] }
  /** Former names of resources, and the present ones. */
  readonly rename?: { readonly [former: string]: string }
  /** Grants under one name, as `@name`. */
  readonly permissionSets?: { readonly [name: string]: TitledDocument & { readonly grants: readonly string[] } }
  readonly routes: readonly RouteDocument[]
  readonly roles?: {
    readonly [role: string]: {
      readonly title?: string
      /** May hand out what it does not hold itself. */
      readonly unlimited?: boolean
    }
  }
  readonly kinds: { readonly [name: string]: KindDocument }
}

/** What people read. */
export interface TitledDocument {
  readonly title?: string
  readonly description?: string
}
