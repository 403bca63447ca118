import { jsonText } from '../base/json-text.js'
import type { TokenId } from '../base/token-id.js'
import { ask } from '../module/query.js'

/** A message for one recipient, made from notices that belong together. */
export interface Letter {
  readonly to: string | null
  readonly tenant: string | null
  readonly notice: string
  readonly stage: string | null
  readonly tokens: readonly { readonly token: TokenId; readonly name: string | null; readonly ends: string | null }[]
  /** The keys of its notices, to acknowledge once the letter is sent. */
  readonly keys: readonly string[]
  readonly subject: { readonly en: string; readonly de: string }
  readonly text: { readonly en: string; readonly de: string }
}

/**
 * Turns notices into letters, one for each group, in English and German, ready to be sent. They do not contain the
 * single-use key of a renewal.
 *
 * @throws RequestError when a notice is invalid.
 */
export function letters(notices: readonly object[]): Letter[] {
  const text = jsonText({ notices }, 'the notices')
  return ask((door) => door.letters(text))
}
