import { EARLIEST } from '../base/instant.js'
import type { Policy, RouteDescription } from '../policy/policy.js'

/** Not a path, so it is denied. */
const REFUSED = ''

/** How a framework's router reads a path. */
export interface RouterReading {
  /** The text that it compares, for a segment as sent. */
  readonly reads: (sent: string) => string
  /** Whether it ignores case. */
  readonly anyCase: boolean
}

/**
 * Makes sure that the framework's router and the policy take the same route.
 *
 * A policy compares decoded text and, by default, case. A router may compare text as sent, decode only part of it, or
 * ignore case. Then `/users/%6de` or `/users/ME` is `/users/me` for one and `/users/{id}` for the other, and the policy
 * would guard another route than the one that runs. Such a target is refused; no honest client sends it. Values of
 * parameters may contain anything.
 */
export class RouterMatch {
  readonly #policy: Policy
  readonly #router: RouterReading
  readonly #anyCase: boolean
  /** The literal texts of the policy's templates by segment, if their case must be checked here. */
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
    // Without encoding and with strict case, the policy finds no text that was not sent.
    if (!path.includes('%') && (this.#router.anyCase || !this.#anyCase)) return target
    try {
      const { route } = this.#policy.decide({ method, target }, { token: null, now: EARLIEST }).details
      return route === null || this.#reads(segmentsOf(route), sent) ? target : REFUSED
    } catch {
      // The module failed; the next request gets a new instance.
      return REFUSED
    }
  }

  /** Whether the router finds the same text as the policy. */
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

/** For routers that compare text as sent. */
export function unchanged(sent: string): string {
  return sent
}

/** For routers that decode a path before they compare, except for characters with a meaning in URLs. */
export function decoded(sent: string): string {
  try {
    return decodeURI(sent)
  } catch {
    return sent
  }
}

/** The literal text of a segment: all of it, or what is before and after a parameter. */
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

/** Whether a segment equals this text in everything but case. */
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

/** Whether the policy ignores case, tried with one of its own routes. */
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
