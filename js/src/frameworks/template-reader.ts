/** How routes are written: by a framework, or by the policy, which has no signs but braces. */
export type Notation = 'express4' | 'express5' | 'fastify' | 'hono' | 'policy'

/** Marks before the name of a parameter, of one with a regular expression, and of the rest of a path. */
export const PARAMETER = '\u0001'
export const CHECKED = '\u0002'
export const REST = '\u0003'
/** The mark behind a name, or behind a name and a regular expression. */
export const END = '\u0004'
/** The mark between a name and its regular expression, in which another one stands for each slash. */
export const CONSTRAINT = '\u0005'
export const SLASH = '\u0006'

/** In the place of an optional parameter that is absent. */
const ABSENT = '\u0000'

/** The most ways to write one route. */
const MOST = 64

/** What a name of a parameter looks like. */
const NAMES: Readonly<Record<Notation, RegExp>> = {
  express4: /\w+/y,
  express5: /"[^"]*"|[\p{L}\p{N}_$]+/uy,
  fastify: /[^(\-./?]*/y,
  hono: /[^{}/?]+/y,
  policy: /[^}]*/y,
}

/**
 * Every way to write a route without its optional parts, as text with marked parameters; `null` for a pattern that
 * cannot be read, such as one with a regular expression between its segments.
 */
export function readPattern(pattern: string, notation: Notation): readonly string[] | null {
  const found = new Reader(pattern, notation).read('')
  return found === null || found.length > MOST ? null : found
}

class Reader {
  readonly #pattern: string
  readonly #notation: Notation
  #at = 0
  #unnamed = 0

  constructor(pattern: string, notation: Notation) {
    this.#pattern = pattern
    this.#notation = notation
  }

  /** The pattern up to `end`. */
  read(end: string): readonly string[] | null {
    let found: readonly string[] = ['']
    while (this.#at < this.#pattern.length && found.length <= MOST) {
      const next = this.#pattern.charAt(this.#at++)
      if (next === end) return found
      const parts = this.#part(next)
      if (parts === null) return null
      // The slash before an optional parameter is absent with it.
      found = found.flatMap((head) => parts.map((part) => (part === ABSENT ? head.replace(/\/$/, '') : head + part)))
    }
    return end === '' ? found : null
  }

  #part(next: string): readonly string[] | null {
    const notation = this.#notation
    if (next < ' ') return null
    if (notation === 'policy') return next === '{' ? [this.#policyParameter()] : [next]
    const isExpress = notation === 'express4' || notation === 'express5'
    switch (next) {
      case '\\':
        return isExpress ? [this.#pattern.charAt(this.#at++)] : [next]
      case ':':
        return this.#isParameter() ? this.#parameter() : [next]
      case '*':
        return [this.#wildcard()]
      case '{':
        return notation === 'express5' ? this.#optional() : null
      case '}':
      case '?':
        return null
      case '(':
      case ')':
      case '+':
        return isExpress ? null : [next]
      default:
        return [next]
    }
  }

  /** Whether a colon begins a parameter. With Hono it does so at the start of a segment; elsewhere two stand for one. */
  #isParameter(): boolean {
    if (this.#notation === 'hono') return this.#at < 2 || this.#pattern.charAt(this.#at - 2) === '/'
    return this.#eat(/:/y) === ''
  }

  #parameter(): readonly string[] | null {
    const name = this.#eat(NAMES[this.#notation]).replaceAll('"', '')
    if (name === '') return this.#notation === 'express4' ? [':'] : null
    const constraint = this.#constraint()
    const marked = constraint === '' ? PARAMETER + name : `${CHECKED}${name}${CONSTRAINT}${constraint.replaceAll('/', SLASH)}`
    const modifier = this.#eat(/[?*+]/y)
    if (modifier !== '' && modifier !== '?') return null
    return modifier === '?' ? [ABSENT, marked + END] : [marked + END]
  }

  #policyParameter(): string {
    const name = this.#eat(NAMES.policy)
    this.#at++
    return name.endsWith('...') ? REST + name.slice(0, -3) + END : PARAMETER + name + END
  }

  #wildcard(): string {
    if (this.#notation === 'express4') return REST + String(this.#unnamed++) + END
    if (this.#notation === 'fastify') return `${REST}*${END}`
    if (this.#notation === 'express5') return REST + this.#eat(NAMES.express5).replaceAll('"', '') + END
    // In the middle of a path, Hono's stands for one segment. It has no name in either place.
    return (this.#pattern.charAt(this.#at) === '/' ? PARAMETER : REST) + END
  }

  #optional(): readonly string[] | null {
    const inner = this.read('}')
    return inner === null ? null : ['', ...inner]
  }

  /** The regular expression behind a name, if there is one. */
  #constraint(): string {
    const from = this.#at
    const next = this.#pattern.charAt(from)
    if (next === '(' && this.#notation !== 'hono') this.#skipBalanced('(', ')')
    if (next === '{' && this.#notation === 'hono') this.#skipBalanced('{', '}')
    return this.#pattern.slice(from + 1, Math.max(from + 1, this.#at - 1))
  }

  #skipBalanced(open: string, close: string): void {
    let depth = 0
    for (; this.#at < this.#pattern.length; this.#at++) {
      const next = this.#pattern.charAt(this.#at)
      if (next === '\\') this.#at++
      else if (next === open) depth += 1
      else if (next === close && --depth === 0) break
    }
    this.#at++
  }

  #eat(what: RegExp): string {
    what.lastIndex = this.#at
    const [text = ''] = what.exec(this.#pattern) ?? []
    this.#at += text.length
    return text
  }
}
