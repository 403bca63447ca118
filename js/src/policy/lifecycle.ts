// What a policy answers about a token's life. Functions and not methods, so that a policy of either entry can be asked.
import { instantOf } from '../base/instant.js'
import type { RefusalCode } from '../generated/refusals.js'
import type { OverviewRequest, OverviewRows } from './overview.js'
import { jsonText } from '../base/json-text.js'
import type { Policy } from './policy.js'
import { ask, entropyOf, keyOf } from '../module/query.js'
import { handleOf } from '../module/handle.js'
import type { TokenId } from '../base/token-id.js'

/** A command, with what it is about and who gives it. JSON text or plain objects. */
export interface CommandRequest {
  /** The record as it stands in the store; `null` when there is none. */
  readonly record: object | null
  readonly command: object
  /** Who gives it: from an authenticated context, never from the body of a request. */
  readonly actor: object | null
}

/** What a command comes to. A refusal is an answer; with a change beside it, commit the change first. */
export interface CommandOutcome {
  /** What to write, all of it or nothing. Holds the plaintext, if one was made: show it once, log it never. */
  readonly change: { readonly [field: string]: unknown } | null
  readonly refusal: {
    /** Stable, for programs. */
    readonly code: RefusalCode
    /** JSON Pointer to the field of the command that it is about, if it is about one. */
    readonly field: string | null
    /** One sentence that says what to do instead. */
    readonly message: string
    readonly notices: readonly object[]
  } | null
  /** This command took effect before: nothing changes. */
  readonly repeated: boolean
}

/** The instant of an answer. */
export interface ClockOptions {
  /** In milliseconds or as a `Date`; by default the clock of the platform. */
  readonly now?: number | Date | undefined
}

/** What a command rests on besides its documents. */
export interface ApplyOptions extends ClockOptions {
  /** 128 random bytes, each used once; by default the platform draws them. */
  readonly entropy?: Uint8Array | undefined
  /** Seals events, so that nobody without it can write another trail: at least 16 bytes, better 32. */
  readonly auditKey?: Uint8Array | null | undefined
}

/** Which instances are asked for. */
export interface ReachRequest {
  readonly record: object
  readonly permission: string
  /** The owner's present rights, for kinds that ask for them. */
  readonly subject?: object | null | undefined
}

/** Which instances a token may touch. */
export interface Reach {
  readonly reach: 'all' | 'some' | 'none'
  /** Those of `some`, in byte order. */
  readonly instances: readonly string[]
}

/** @internal What one command makes of a record. */
export function apply(policy: Policy, request: CommandRequest | string, options: ApplyOptions): CommandOutcome {
  const text = jsonText(request, 'the request')
  const entropy = entropyOf(options.entropy)
  const key = keyOf(options.auditKey)
  const now = instantOf(options.now)
  return ask((door) => door.apply(handleOf(policy), text, now, entropy, key))
}

/** @internal What a command would come to. */
export function preview(policy: Policy, request: CommandRequest | string, options: Omit<ApplyOptions, 'entropy'>): CommandOutcome {
  const text = jsonText(request, 'the request')
  const key = keyOf(options.auditKey)
  const now = instantOf(options.now)
  return ask((door) => door.preview(handleOf(policy), text, now, key))
}

/** @internal What time itself asks for. */
export function due(policy: Policy, record: object | string, options: ClockOptions): object[] {
  const text = jsonText(record, 'the record')
  const now = instantOf(options.now)
  return ask((door) => door.due(handleOf(policy), text, now))
}

/** @internal The record that a command speaks of. */
export function target(policy: Policy, request: Omit<CommandRequest, 'record'> | string): TokenId | null {
  const text = jsonText(request, 'the request')
  return ask((door) => door.target(handleOf(policy), text))
}

/** @internal How records look in a list. */
export function overview(policy: Policy, request: OverviewRequest | string, options: ClockOptions): OverviewRows {
  const text = jsonText(request, 'the request')
  const now = instantOf(options.now)
  return ask((door) => door.overview(handleOf(policy), text, now))
}

/** @internal On which instances a token holds a permission. */
export function reach(policy: Policy, request: ReachRequest | string): Reach {
  const text = jsonText(request, 'the request')
  return ask((door) => door.reach(handleOf(policy), text))
}
