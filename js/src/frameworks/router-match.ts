import { EARLIEST } from '../base/instant.js'
import type { Policy, RouteDescription } from '../policy/policy.js'

/** No path, and so denied. */
const REFUSED = ''

/** How a framework's router reads a path. */
export interface RouterReading {
  /** The text that it compares, of a segment that was sent. */
  readonly reads: (sent: string) => string
  /** Whether it takes upper and lower case for the same. */
  readonly anyCase: boolean
}

/**
 * Sees to it that the framework's router and the policy take the same route.
 *
 * A policy compares text after decoding, and by default looks at case. A router may compare what was sent, leave some of
 * it encoded, or not look at case: then `/users/%6de`, or `/users/ME`, is `/users/me` to one and `/users/{id}` to the
 * other, and one would guard what the other does not run. Such a target is refused; no client means it. What stands in
 * the place of a parameter on both sides may hold what it likes.
 */
export class RouterMatch {
  readonly #policy: Policy
  readonly #router: RouterReading
  readonly #anyCase: boolean
  /** The texts of the policy's templates, by the place of their segment, where case must be looked at here. */
  readonly #texts: readonly Text[][] = []

  constructor(policy: Policy, router: RouterReading) {
    this.#policy = policy
    this.#router = router
    this.#anyCase = ignoresCase(policy)
    if (router.anyCase && !this.#anyCase) this.#texts = textsOf(policy.routes)
  }

  /** The target, or one that is denied. */
  target(method: string, target: string): string {
    const query = target.indexOf('?')
    const path = query < 0 ? target : target.slice(0, query)
    const sent = path.split('/')
    if (this.#texts.some((texts, place) => texts.some((text) => isOtherCase(text, sent[place] ?? '')))) return REFUSED
    // Only where something is encoded, or the policy looks away, can text be found that was not sent.
    if (!path.includes('%') && (this.#router.anyCase || !this.#anyCase)) return target
    try {
      const { route } = this.#policy.decide({ method, target }, { token: null, now: EARLIEST }).details
      return route === null || this.#reads(segmentsOf(route), sent) ? target : REFUSED
    } catch {
      // The module failed over it; the next request gets another one.
      return REFUSED
    }
  }

  /** Whether the router reads the text that the policy found. */
  #reads(wanted: readonly string[], sent: readonly string[]): boolean {
    for (let place = 0; place < wanted.length; place++) {
      const have = sent[place] ?? ''
      const { before, after, whole } = textOf(wanted[place] ?? '')
      if (whole) {
        if (!this.#same(have, before) && !this.#same(this.#router.reads(have), before) && have !== encodeURI(before)) return false
      } else {
        const end = have.length - after.length
        if (!this.#same(have.slice(0, before.length), before) || !this.#same(have.slice(end), after)) return false
        if (isRest(wanted[place] ?? '')) return true
      }
    }
    return true
  }

  #same(one: string, other: string): boolean {
    return one === other || (this.#router.anyCase && this.#anyCase && one.toLowerCase() === other.toLowerCase())
  }
}

/** For routers that compare what was sent. */
export function unchanged(sent: string): string {
  return sent
}

/** For routers that decode a path before they compare, all but what has a meaning in URLs. */
export function decoded(sent: string): string {
  try {
    return decodeURI(sent)
  } catch {
    return sent
  }
}

/** The text of a segment of a template: all of it, or what stands before and after a parameter. */
interface Text {
  readonly before: string
  readonly after: string
  readonly whole: boolean
}

function textOf(segment: string): Text {
  const from = segment.indexOf('{')
  if (from < 0) return { before: segment, after: '', whole: true }
  return { before: segment.slice(0, from), after: segment.slice(segment.lastIndexOf('}') + 1), whole: false }
}

function textsOf(routes: readonly RouteDescription[]): Text[][] {
  const texts: Map<string, Text>[] = []
  for (const { on } of routes) {
    segmentsOf(on).forEach((segment, place) => {
      const text = textOf(segment)
      if (text.before !== '' || text.after !== '') (texts[place] ??= new Map()).set(`${text.before}{${text.after}${text.whole}`, text)
    })
  }
  return Array.from(texts, (found) => [...(found?.values() ?? [])])
}

/** Whether a segment is this text but for its case. */
function isOtherCase({ before, after, whole }: Text, segment: string): boolean {
  if (whole) return segment !== before && segment.toLowerCase() === before.toLowerCase()
  if (segment.length <= before.length + after.length) return false
  const [start, end] = [segment.slice(0, before.length), segment.slice(segment.length - after.length)]
  if (start === before && end === after) return false
  return start.toLowerCase() === before.toLowerCase() && end.toLowerCase() === after.toLowerCase()
}

function segmentsOf(route: string): readonly string[] {
  return route.slice(route.indexOf(' ') + 1).split('/')
}

function isRest(segment: string): boolean {
  return segment.endsWith('...}')
}

/** Whether the policy takes upper and lower case for the same: tried with one of its own routes. */
function ignoresCase(policy: Policy): boolean {
  for (const { on } of policy.routes) {
    const method = on.slice(0, on.indexOf(' '))
    const path = segmentsOf(on).map((segment) => segment.replace(/\{[^}]*\}/, '0')).join('/')
    const upper = encodeURI(path.toUpperCase())
    if (upper === encodeURI(path)) continue
    return policy.decide({ method, target: upper }, { token: null, now: EARLIEST }).details.route === on
  }
  return false
}
