import type { Problem } from '../base/errors.js'
import { jsonText } from '../base/json-text.js'
import { call, failed } from '../module/engine.js'
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
 * It never changes: open the newer revision when there is one. A record that cannot be read opens too, and every
 * decision on it is the denial `corrupt_record` or `unsupported_record`. It holds a digest and never a secret, and
 * shows neither.
 */
export class Token extends OpenedDocument {
  /** The policy it was opened under. Other policies refuse it. */
  readonly policy: OpenedDocument
  readonly #text: string
  #description: Description | undefined
  #revision: number | null | undefined

  /** @internal Use `policy.open(record)`. */
  constructor(policy: OpenedDocument, record: object | string) {
    const text = jsonText(record, 'the record')
    super('token', text.length, () => {
      const under = handleOf(policy)
      return open((door) => door.openToken(under, text), ([problem]) => failed(problem?.message))
    })
    this.policy = policy
    this.#text = text
  }

  /** The revision of the record; `null` if it cannot be read. */
  get revision(): number | null {
    this.#revision ??= revisionIn(this.#text)
    return this.#revision
  }

  /** Why the record cannot be used, which makes every decision a denial. Empty for a valid record. */
  get problems(): readonly Problem[] {
    return this.#describe().problems
  }

  /** Whether the record cannot be used because a newer version of the package wrote it. */
  get unsupported(): boolean {
    return this.#describe().unsupported
  }

  /** What is odd about the record, such as a grant unknown to the policy, which grants nothing. */
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
