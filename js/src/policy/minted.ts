import type { TokenId } from '../base/token-id.js'

/** A new token. The plaintext is a getter, so that neither `JSON.stringify` nor `console.log` shows it. */
export class Minted {
  /** The id, which records are found by. */
  readonly id: TokenId
  /** The digest, to store in the record. */
  readonly digest: string
  readonly #plaintext: string

  /** @internal Use `policy.mint(kind)`. */
  constructor({ plaintext, id, digest }: { plaintext: string; id: TokenId; digest: string }) {
    this.id = id
    this.digest = digest
    this.#plaintext = plaintext
  }

  /** The token that its bearer gets, once. Never store it. */
  get plaintext(): string {
    return this.#plaintext
  }
}
