import { SubjectError } from '../base/errors.js'
import { jsonText } from '../base/json-text.js'
import { handleOf, open, OpenedDocument } from '../module/handle.js'

/** What an owner may do at the moment. For kinds with a subject, it bounds the token. */
export interface SubjectDocument {
  /** Must equal the `owner` of the record; otherwise the subject counts as unavailable. */
  readonly id: string
  /** `false` if the owner is disabled or gone. */
  readonly active: boolean
  /** Scope texts. */
  readonly grants: readonly string[]
}

/** An owner's current rights, opened under one policy. It never changes: open a new one when the rights change. */
export class Subject extends OpenedDocument {
  /** The policy it was opened under. Other policies refuse it. */
  readonly policy: OpenedDocument

  /** @internal Use `policy.subject(document)`. */
  constructor(policy: OpenedDocument, document: object | string) {
    const text = jsonText(document, 'the subject')
    super('subject', text.length, () => {
      const under = handleOf(policy)
      return open((door) => door.openSubject(under, text), (problems) => new SubjectError(problems))
    })
    this.policy = policy
  }
}
