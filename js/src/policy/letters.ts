import { jsonText } from '../base/json-text.js'
import type { TokenId } from '../base/token-id.js'
import { ask } from '../module/query.js'

/** All notices that belong together, as one letter. */
export interface Letter {
  readonly to: string | null
  readonly tenant: string | null
  readonly notice: string
  readonly stage: string | null
  readonly tokens: readonly { readonly token: TokenId; readonly name: string | null; readonly ends: string | null }[]
  /** The keys of the notices, to acknowledge once the letter is on its way. */
  readonly keys: readonly string[]
  readonly subject: { readonly en: string; readonly de: string }
  readonly text: { readonly en: string; readonly de: string }
}

/**
 * The letters that notices make, one for each group, in English and German, ready to be sent. The single-use key of a
 * renewal is in none of them.
 *
 * @throws RequestError when a notice is of another form.
 */
export function letters(notices: readonly object[]): Letter[] {
  const text = jsonText({ notices }, 'the notices')
  return ask((door) => door.letters(text))
}
