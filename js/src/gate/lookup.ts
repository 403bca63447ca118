import { BoundedMap } from '../base/bounded-map.js'
import { PortcullisError } from '../base/errors.js'
import type { Policy } from '../policy/policy.js'
import { Subject } from '../policy/subject.js'
import { Token } from '../policy/token.js'
import { type CacheLimits, type LookupResult, type MaybePromise, RecordCache, type StoredDocument } from './record-cache.js'

/** How many tokens the highest revision seen is remembered for. */
const REMEMBERED = 32_768
/**
 * How many milliseconds a record that the store no longer had stays refused in the same revision: longer than a read
 * copy lags, and not for ever, since the lagging one may be the one that had none.
 */
const ABSENCE = 300_000

/** The highest revision seen of a record, and when the store last said that there is no such record, if it did so after that. */
interface RevisionSeen {
  readonly revision: number
  readonly absentAt: number | null
}

/**
 * Finds token records and subjects, in the cache or through the functions of the gate's options.
 *
 * Keys are the tenant and the whole id. It caches documents, never decisions. A record older than one that was seen
 * before, or than its deletion, is refused, so that a lagging read copy cannot undo a lock, a revocation or a deletion.
 */
export class Lookup {
  readonly #tokens: RecordCache<Token>
  readonly #subjects: RecordCache<Subject>
  readonly #policy: Policy
  readonly #revisions = new BoundedMap<RevisionSeen>(REMEMBERED)

  constructor(policy: Policy, limits: CacheLimits, timeout: number) {
    this.#policy = policy
    const token = {
      type: 'token' as const,
      what: 'the record',
      open: (text: string) => policy.open(text),
      isOpened: (stored: unknown) => stored instanceof Token,
      admit: (key: string, { revision }: Token, clock: () => number) => this.#admit(key, revision, clock),
      miss: (key: string, clock: () => number) => this.#miss(key, clock),
    }
    const subject = {
      type: 'subject' as const,
      what: 'the subject',
      open: (text: string) => policy.subject(text),
      isOpened: (stored: unknown) => stored instanceof Subject,
      admit: () => undefined,
      miss: () => undefined,
    }
    this.#tokens = new RecordCache(token, limits, timeout)
    this.#subjects = new RecordCache(subject, limits, timeout)
  }

  /** The opened record, if there is one. Passes on what `read` throws. */
  token(
    id: string,
    tenant: string | null | undefined,
    credential: string,
    clock: () => number,
    read: () => MaybePromise<StoredDocument<Token>>,
  ): LookupResult<Token> | Promise<LookupResult<Token>> {
    return this.#tokens.find(keyOf(id, tenant), credential, clock, read)
  }

  /** The opened subject; an owner that is gone counts as inactive. Passes on what `read` throws. */
  async subject(
    owner: string,
    tenant: string | null | undefined,
    clock: () => number,
    read: () => MaybePromise<StoredDocument<Subject>>,
  ): Promise<LookupResult<Subject> & { readonly opened: Subject }> {
    const found = await this.#subjects.find(keyOf(owner, tenant), '', clock, read)
    const opened = found.opened ?? this.#policy.subject({ id: owner, active: false, grants: [] })
    return { ...found, opened }
  }

  forgetToken(id: string, tenant: string | null | undefined): void {
    this.#tokens.forget(keyOf(id, tenant))
  }

  forgetSubject(owner: string, tenant: string | null | undefined): void {
    this.#subjects.forget(keyOf(owner, tenant))
  }

  #admit(key: string, revision: number | null, clock: () => number): void {
    if (revision === null) return
    const seen = this.#revisions.get(key)
    if (seen !== undefined) {
      const deleted = () => seen.absentAt !== null && clock() < seen.absentAt + ABSENCE
      if (revision < seen.revision || (revision === seen.revision && deleted())) {
        throw new PortcullisError('store_behind', 'The store returned an older revision than before')
      }
    }
    this.#revisions.set(key, { revision, absentAt: null })
  }

  /** A deleted record does not come back in the same revision for a while. */
  #miss(key: string, clock: () => number): void {
    const seen = this.#revisions.get(key)
    if (seen !== undefined) this.#revisions.set(key, { revision: seen.revision, absentAt: clock() })
  }
}

/** One key for each pair of tenant and id. */
function keyOf(id: string, tenant: string | null | undefined): string {
  return tenant === null || tenant === undefined ? `:${id}` : `${tenant.length}:${tenant}${id}`
}
