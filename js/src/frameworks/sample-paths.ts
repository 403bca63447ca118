/** The value of every parameter. */
const SAMPLE = 'sample'

/** The largest number of variants of one route. */
const MOST = 64

/** The meaning of braces in a framework's patterns: an optional part, the constraint of a parameter, or its name. */
export type Braces = 'optional' | 'constraint' | 'parameter'

/**
 * Paths that match a framework's pattern, one for each combination of its optional parts; `null` if the pattern cannot
 * be read, such as a regular expression.
 *
 * It reads `:name`, `:name(regex)`, `:name?`, `*`, `*name`, braces, `::` and backslashes. Constraints are ignored.
 */
export function samplesOf(pattern: string, braces: Braces): readonly string[] | null {
  const reader = new Reader(pattern, braces)
  const samples = reader.read('')
  return samples === null || samples.length > MOST ? null : samples
}

class Reader {
  readonly #pattern: string
  readonly #braces: Braces
  #at = 0

  constructor(pattern: string, braces: Braces) {
    this.#pattern = pattern
    this.#braces = braces
  }

  /** The variants of the pattern up to `end`. */
  read(end: string): readonly string[] | null {
    let found: readonly string[] = ['']
    while (this.#at < this.#pattern.length && found.length <= MOST) {
      const next = this.#pattern.charAt(this.#at++)
      if (next === end) return found
      const parts = this.#part(next)
      if (parts === null) return null
      // Without an optional parameter, its slash is missing too.
      found = found.flatMap((head) => parts.map((part) => (part === ABSENT ? head.replace(/\/$/, '') : head + part)))
    }
    return end === '' ? found : null
  }

  #part(next: string): readonly string[] | null {
    switch (next) {
      case '\\':
        return [this.#pattern.charAt(this.#at++)]
      case ':':
        if (this.#eat(/:/y) !== '') return [':']
        this.#name()
        this.#constraint()
        return this.#repeated(SAMPLE)
      case '*':
        this.#name()
        return [`${SAMPLE}/${SAMPLE}`]
      case '{':
        return this.#brace()
      case '(':
      case ')':
      case '?':
      case '+':
        return null
      default:
        return [encodeURI(next)]
    }
  }

  #brace(): readonly string[] | null {
    if (this.#braces === 'constraint') return null
    if (this.#braces === 'parameter') {
      const name = this.#eat(/[^}]*\}/y)
      return name.endsWith('...}') ? [`${SAMPLE}/${SAMPLE}`] : [SAMPLE]
    }
    const inner = this.read('}')
    return inner === null ? null : ['', ...inner]
  }

  #name(): void {
    if (this.#eat(/"[^"]*"/y) === '') this.#eat(/[\p{L}\p{N}_$]*/uy)
  }

  #constraint(): void {
    if (this.#pattern.charAt(this.#at) === '(') this.#balanced('(', ')')
    if (this.#braces === 'constraint' && this.#pattern.charAt(this.#at) === '{') this.#balanced('{', '}')
  }

  #repeated(sample: string): readonly string[] {
    const modifier = this.#eat(/[?*+]/y)
    return modifier === '?' || modifier === '*' ? [ABSENT, sample] : [sample]
  }

  #balanced(open: string, close: string): void {
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

/** Stands for an optional parameter that is missing. */
const ABSENT = '\0'
