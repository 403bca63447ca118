import { call, failed } from '../module/engine.js'
import type { Problem } from '../base/errors.js'
import { jsonText } from '../base/json-text.js'
import { handleOf, open, OpenedDocument } from '../module/handle.js'

const { parse } = JSON
const { hasOwn } = Object

interface Description {
  readonly unsupported: boolean
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

/**
 * A token record, opened under one policy: parsed once, asked many times.
 *
 * It never changes: when the store holds a newer revision, open that one. A record that cannot be read opens as
 * well, and every decision on it is the denial `corrupt_record` or `unsupported_record`. It holds a digest, never
 * a secret, and shows neither.
 */
export class Token extends OpenedDocument {
  /** The policy it was opened under; it counts under no other. */
  readonly policy: OpenedDocument
  readonly #text: string
  #description: Description | undefined
  #revision: number | null | undefined

  /** @internal Use `policy.open(record)`. */
  constructor(policy: OpenedDocument, record: object | string) {
    const text = jsonText(record, 'the record')
    super(() => {
      const under = handleOf(policy)
      return open((door) => door.openToken(under, text), ([problem]) => failed(problem?.message))
    })
    this.policy = policy
    this.#text = text
  }

  /** Which revision of the record this is; `null` when the record cannot be read so far. */
  get revision(): number | null {
    this.#revision ??= revisionIn(this.#text)
    return this.#revision
  }

  /** Why the record cannot be used: every decision on it is a denial. Empty for a good one. */
  get problems(): readonly Problem[] {
    return this.#describe().problems
  }

  /** Whether it cannot be used because a newer version wrote it. */
  get unsupported(): boolean {
    return this.#describe().unsupported
  }

  /** What is odd about the record, such as a grant that the policy does not know: it grants nothing. */
  get warnings(): readonly Problem[] {
    return this.#describe().warnings
  }

  #describe(): Description {
    this.#description ??= call((door) => door.describe(handleOf(this)) as Description)
    return this.#description
  }
}

function revisionIn(text: string): number | null {
  try {
    const record: unknown = parse(text)
    if (typeof record !== 'object' || record === null || !hasOwn(record, 'revision')) return null
    const { revision } = record as { readonly revision: unknown }
    return Number.isSafeInteger(revision) ? (revision as number) : null
  } catch {
    return null
  }
}
