import type { Json, TokenView } from '../store/record.js'
import type { Problem } from '../base/errors.js'
import type { Refusal, PlannedChange } from './execute.js'
import type { RefusalCode } from '../generated/refusals.js'
import type { TokenId } from '../base/token-id.js'
import { viewOf } from './view.js'

/** What a command would come to. */
export interface CommandPreview {
  /** Why it would be refused; `null` when the rules admit it. */
  readonly refusal: { readonly code: RefusalCode; readonly field: string | null; readonly message: string } | null
  /** The token as it would be; `null` when it would be gone, or would stay as it is. */
  readonly token: TokenView | null
  /** What `renew` would put beside it. */
  readonly successor: TokenView | null
  readonly status: { readonly before: string | null; readonly after: string | null }
  /** The fields of the token that would change. */
  readonly changes: { readonly [field: string]: { readonly before?: Json; readonly after?: Json } }
  readonly warnings: readonly Problem[]
}

/** What may be shown of an outcome that nobody commits. */
export function previewOf(token: TokenId | null, change: PlannedChange | null, refusal: Refusal | null): CommandPreview {
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
