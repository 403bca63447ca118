import { call } from './engine.js'
import { type Problem, SubjectError } from './errors.js'
import { textOf } from './plain.js'
import type { Policy } from './policy.js'
import { handleOf, Opened } from './slot.js'

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
export class Subject extends Opened {
  /** The policy it was opened under; it counts under no other. */
  readonly policy: Policy

  /** @internal Use `policy.subject(document)`. */
  constructor(policy: Policy, document: object | string) {
    const text = textOf(document, 'the subject')
    super(() => {
      try {
        return call((door) => door.openSubject(handleOf(policy), text))
      } catch (error) {
        throw Array.isArray(error) ? new SubjectError(error as Problem[]) : error
      }
    })
    this.policy = policy
  }
}
