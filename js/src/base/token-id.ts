import { RefusedError, wrongType } from './errors.js'

declare const brand: unique symbol

/**
 * The public id of a token, 16 characters of base62. It is a string wherever it goes; the brand is for the compiler,
 * so that no plaintext, owner or id of a command is handed in where a token is meant.
 */
export type TokenId = string & { readonly [brand]: 'TokenId' }

const FORM = /^[0-9A-Za-z]{16}$/

/**
 * Takes text from a path or a form for a token's id. It does not ask whether there is such a token.
 *
 * @throws RefusedError `unknown` for text of another form, as for an id that nobody has. It does not repeat the text,
 * which may be a plaintext.
 */
export function tokenId(text: string): TokenId {
  if (typeof text !== 'string') throw wrongType('the id of the token', 'a string', text)
  if (!FORM.test(text)) throw new RefusedError({ code: 'unknown', field: null, message: 'There is no such token: an id has 16 letters and digits.' })
  return text as TokenId
}
