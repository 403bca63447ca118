import type { Problem } from '../base/errors.js'
import type { TokenId } from '../base/token-id.js'
import type { RefusalCode } from '../generated/refusals.js'
import type { CommandRefusal, PlannedChange } from '../policy/lifecycle.js'
import type { Json, TokenView } from '../store/record.js'
import { viewOf } from './view.js'

/** What a command would do. */
export interface CommandPreview {
  /** Why the command would be refused; `null` if it would not. */
  readonly refusal: { readonly code: RefusalCode; readonly field: string | null; readonly message: string } | null
  /** The token after the command; `null` if it would be deleted or unchanged. */
  readonly token: TokenView | null
  /** The new token that `renew` would create. */
  readonly successor: TokenView | null
  readonly status: { readonly before: string | null; readonly after: string | null }
  /** The fields of the token that would change. */
  readonly changes: { readonly [field: string]: { readonly before?: Json; readonly after?: Json } }
  readonly warnings: readonly Problem[]
}

/** The preview of an outcome that is not committed. */
export function previewOf(token: TokenId | null, change: PlannedChange | null, refusal: CommandRefusal | null): CommandPreview {
  const record = (id: (id: string) => boolean) => change?.writes.find((write) => id(write.id))?.record ?? null
  const [own, other] = [record((id) => id === token), record((id) => id !== token)]
  return {
    refusal: refusal === null ? null : { code: refusal.code, field: refusal.field, message: refusal.message },
    token: own === null ? null : viewOf(own),
    successor: other === null ? null : viewOf(other),
    status: { before: change?.status.before ?? null, after: change?.status.after ?? null },
    changes: change?.events.find((event) => event.token === token)?.changes ?? {},
    warnings: change?.warnings ?? [],
  }
}
