// Lifecycle questions as functions, not methods, so that policies of both entries can be asked.
import type { Problem } from '../base/errors.js'
import { instantOf } from '../base/instant.js'
import { jsonText } from '../base/json-text.js'
import type { TokenId } from '../base/token-id.js'
import type { RefusalCode } from '../generated/refusals.js'
import { handleOf } from '../module/handle.js'
import { ask, entropyOf, keyOf } from '../module/query.js'
import type { Change, Notice } from '../store/change.js'
import type { OverviewRequest, OverviewRows } from './overview.js'
import type { Policy } from './policy.js'

/** A command, the record that it is about and the actor, as JSON text or plain objects. */
export interface CommandRequest {
  /** The record as it is in the store; `null` if there is none. */
  readonly record: object | null
  readonly command: object
  /** Who gives the command. Take it from an authenticated context, never from a request's body. */
  readonly actor: object | null
  /**
   * Where the plaintext came from, for a command that proves one: `tenant`, `application`, `ip`, `subject`, from the same
   * context. Absent refuses a token that is bound to any of them.
   */
  readonly presented?: object | null
  /** What the store said about this command so far; absent for nothing. */
  readonly store?: StoreReport | null
}

/** A change to commit, and what the caller learns of it. */
export interface PlannedChange extends Change {
  /** The token that was minted, if any. Show it once, log it never. */
  readonly plaintext: string | null
  /** What is allowed but deserves attention, such as a grant that deletes. */
  readonly warnings: readonly Problem[]
  readonly status: { readonly before: string | null; readonly after: string | null }
}

/** Why a command is refused. */
export interface CommandRefusal {
  /** Stable code, for programs. */
  readonly code: RefusalCode
  /** JSON Pointer to the field of the command at fault; `null` if no field is. */
  readonly field: string | null
  /** One sentence that says what to do instead. */
  readonly message: string
  readonly notices: readonly Notice[]
}

/** What a command leads to. If there are both a refusal and a change, commit the change first. */
export interface CommandOutcome {
  /** What to write, all of it or nothing. */
  readonly change: PlannedChange | null
  readonly refusal: CommandRefusal | null
  /** The command took effect before; nothing changes now. */
  readonly repeated: boolean
}

/**
 * What the store said about a command, to ask again with: see `wasm/ABI.md`. The module decides what follows from it.
 */
export interface StoreReport {
  /** The record that the command was first applied to, after a conflict. */
  readonly firstRead?: object | null
  /** The event that the store has under the id of the command. */
  readonly event?: object | null
  readonly tombstone?: object | null
  /** The record of the token that a new one is to replace. */
  readonly replaces?: object | null
  /** Why the store did not write the change. */
  readonly refused?: { readonly code: 'limit_reached' | 'not_unique' | 'conflict'; readonly claim?: string }
}

/** The time to use. */
export interface ClockOptions {
  /** Milliseconds or a `Date`. Default: the platform's clock. */
  readonly now?: number | Date | undefined
}

/** Options of `apply` and `preview`. */
export interface ApplyOptions extends ClockOptions {
  /** 128 random bytes, used once. Default: the platform's random source. */
  readonly entropy?: Uint8Array | undefined
  /**
   * The key that seals audit events, so that only its holder can write a trail that verifies: at least 16 bytes, better
   * 32.
   */
  readonly auditKey?: Uint8Array | null | undefined
}

/** A permission and the record to look in. */
export interface ReachRequest {
  readonly record: object
  readonly permission: string
  /** The owner's current rights, for kinds with a subject. */
  readonly subject?: object | null | undefined
}

/** The instances on which a token holds a permission: all, some or none. */
export interface Reach {
  readonly reach: 'all' | 'some' | 'none'
  /** The instances of `some`, in byte order. */
  readonly instances: readonly string[]
}

/** @internal See the method of `Policy`. */
export function apply(policy: Policy, request: CommandRequest | string, options: ApplyOptions): CommandOutcome {
  const text = jsonText(request, 'the request')
  const entropy = entropyOf(options.entropy)
  const key = keyOf(options.auditKey)
  const now = instantOf(options.now)
  return ask((door) => door.apply(handleOf(policy), text, now, entropy, key))
}

/** @internal See the method of `Policy`. */
export function preview(policy: Policy, request: CommandRequest | string, options: Omit<ApplyOptions, 'entropy'>): CommandOutcome {
  const text = jsonText(request, 'the request')
  const key = keyOf(options.auditKey)
  const now = instantOf(options.now)
  return ask((door) => door.preview(handleOf(policy), text, now, key))
}

/** @internal See the method of `Policy`. */
export function due(policy: Policy, record: object | string, options: ClockOptions): object[] {
  const text = jsonText(record, 'the record')
  const now = instantOf(options.now)
  return ask((door) => door.due(handleOf(policy), text, now))
}

/** @internal See the method of `Policy`. */
export function target(policy: Policy, request: Omit<CommandRequest, 'record'> | string): TokenId | null {
  const text = jsonText(request, 'the request')
  return ask((door) => door.target(handleOf(policy), text))
}

/** @internal See the method of `Policy`. */
export function overview(policy: Policy, request: OverviewRequest | string, options: ClockOptions): OverviewRows {
  const text = jsonText(request, 'the request')
  const now = instantOf(options.now)
  return ask((door) => door.overview(handleOf(policy), text, now))
}

/** @internal See the method of `Policy`. */
export function reach(policy: Policy, request: ReachRequest | string): Reach {
  const text = jsonText(request, 'the request')
  return ask((door) => door.reach(handleOf(policy), text))
}
