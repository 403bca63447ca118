import { TOKEN_ID_LENGTH } from '../generated/abi.js'
import { RefusedError, wrongType } from './errors.js'

declare const brand: unique symbol

/**
 * The public id of a token: 16 characters of base62. At run time it is a plain string; the brand stops the compiler
 * from accepting a plaintext, an owner or a command id where a token id belongs.
 */
export type TokenId = string & { readonly [brand]: 'TokenId' }

const FORM = new RegExp(`^[0-9A-Za-z]{${TOKEN_ID_LENGTH}}$`)

/**
 * Turns text from a path or a form into a token id. It does not check whether the token exists.
 *
 * @throws RefusedError `unknown` for malformed text, as for an id that does not exist. The message does not repeat the
 * text, which may be a plaintext.
 */
export function tokenId(text: string): TokenId {
  if (typeof text !== 'string') throw wrongType('the id of the token', 'a string', text)
  if (!FORM.test(text)) throw new RefusedError({ code: 'unknown', field: null, message: `There is no such token: an id has ${TOKEN_ID_LENGTH} letters and digits.` })
  return text as TokenId
}
