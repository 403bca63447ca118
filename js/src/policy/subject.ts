import { SubjectError } from '../base/errors.js'
import { jsonText } from '../base/json-text.js'
import { handleOf, open, OpenedDocument } from '../module/handle.js'

/** Whose present rights bound those of the token, for kinds that say so. */
export interface SubjectDocument {
  /** Equal to the `owner` of the record, else the subject counts as unavailable. */
  readonly id: string
  /** `false` when the owner is disabled, or gone. */
  readonly active: boolean
  /** Scope texts. */
  readonly grants: readonly string[]
}

/** An owner's present rights, opened under one policy. It never changes: open the newer ones. */
export class Subject extends OpenedDocument {
  /** The policy it was opened under; it counts under no other. */
  readonly policy: OpenedDocument

  /** @internal Use `policy.subject(document)`. */
  constructor(policy: OpenedDocument, document: object | string) {
    const text = jsonText(document, 'the subject')
    super(() => {
      const under = handleOf(policy)
      return open((door) => door.openSubject(under, text), (problems) => new SubjectError(problems))
    })
    this.policy = policy
  }
}
