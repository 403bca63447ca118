import { BoundedMap } from '../base/bounded-map.js'
import { PortcullisError } from '../base/errors.js'
import type { Policy } from '../policy/policy.js'
import { type LookupResult, type CacheLimits, type CachedKind, type Read, RecordCache } from './record-cache.js'
import { Subject, type SubjectDocument } from '../policy/subject.js'
import { Token } from '../policy/token.js'

/** Of how many records the highest revision is remembered. A number each, so there is room for many. */
const REMEMBERED = 32_768

/**
 * Finds records and subjects: kept ones where the gate may keep any, else from the host's store.
 *
 * Keys are the tenant and the whole id. It keeps documents, never decisions. A record that is older than one that was
 * seen before is refused: a read copy that lags behind does not bring a lock, or a lost right, back.
 */
export class Lookup {
  readonly #tokens: RecordCache<Token>
  readonly #subjects: RecordCache<Subject>
  readonly #policy: Policy
  readonly #revisions = new BoundedMap<number>(REMEMBERED)

  constructor(policy: Policy, limits: CacheLimits, timeout: number) {
    this.#policy = policy
    const tokens: CachedKind<Token> = {
      what: 'the record',
      open: (text) => policy.open(text),
      owns: (found) => found instanceof Token,
      admit: (key, token) => {
        this.#admit(key, token)
      },
    }
    const subjects: CachedKind<Subject> = {
      what: 'the subject',
      open: (text) => policy.subject(text),
      owns: (found) => found instanceof Subject,
      admit: () => undefined,
    }
    this.#tokens = new RecordCache(tokens, limits, timeout)
    this.#subjects = new RecordCache(subjects, limits, timeout)
  }

  /** The opened record, or that there is none. Throws or rejects with whatever went wrong. */
  token(
    id: string,
    tenant: string | null | undefined,
    clock: () => number,
    read: () => Read<Token | object | string>,
  ): LookupResult<Token> | Promise<LookupResult<Token>> {
    return this.#tokens.find(keyOf(id, tenant), clock, read)
  }

  /** The opened subject; an owner who is gone is one who is not active. Throws or rejects likewise. */
  async subject(
    owner: string,
    tenant: string | null | undefined,
    clock: () => number,
    read: () => Read<Subject | SubjectDocument | string>,
  ): Promise<LookupResult<Subject> & { readonly opened: Subject }> {
    const found = await this.#subjects.find(keyOf(owner, tenant), clock, read)
    const opened = found.opened ?? this.#policy.subject({ id: owner, active: false, grants: [] })
    return { ...found, opened }
  }

  forgetToken(id: string, tenant: string | null | undefined): void {
    this.#tokens.forget(keyOf(id, tenant))
  }

  forgetSubject(owner: string, tenant: string | null | undefined): void {
    this.#subjects.forget(keyOf(owner, tenant))
  }

  #admit(key: string, token: Token): void {
    const { revision } = token
    if (revision === null) return
    const highest = this.#revisions.get(key)
    if (highest !== undefined && revision < highest) {
      throw new PortcullisError('store_behind', 'The store returned an older revision than it did before')
    }
    if (revision !== highest) this.#revisions.set(key, revision)
  }
}

/** No tenant and id give the same key as another tenant and id. */
function keyOf(id: string, tenant: string | null | undefined): string {
  return tenant === null || tenant === undefined ? `:${id}` : `${tenant.length}:${tenant}${id}`
}
