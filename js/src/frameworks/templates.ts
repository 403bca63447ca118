import { CHECKED, CONSTRAINT, END, type Notation, PARAMETER, readPattern, REST, SLASH } from './template-reader.js'

/** One segment of a route. */
export type Segment =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string }
  /** A parameter with a regular expression; with Hono that may match several segments. */
  | { readonly kind: 'checked'; readonly name: string; readonly constraint: RegExp; readonly spans: boolean }
  /** Text around and between parameters: one text more than there are names. */
  | { readonly kind: 'pattern'; readonly texts: readonly string[]; readonly names: readonly string[] }
  /** The rest of the path. */
  | { readonly kind: 'rest'; readonly name: string }

/** A route, segment by segment, in whatever notation it was written. */
export type Template = readonly Segment[]

/** How a policy compares paths. */
export interface PathRules {
  readonly ignoresCase: boolean
  readonly ignoresTrailingSlash: boolean
  readonly semicolonIsLiteral: boolean
}

/** The value of a parameter: `undefined` if it has none, `null` if the framework does not tell. */
export type ValueOf = (name: string) => string | null | undefined

/** Each way to write a route without its optional parts; `null` for a pattern that cannot be read. */
export function templatesOf(pattern: string, notation: Notation): readonly Template[] | null {
  const templates = readPattern(pattern, notation)?.map((text) => templateOf(text, notation)) ?? [null]
  return templates.includes(null) ? null : (templates as Template[])
}

/** Reads the patterns of a framework, each of them once. An application has its own number of them; no request adds one. */
export class Patterns {
  readonly #notation: Notation
  readonly #read = new Map<string, readonly Template[] | null>()

  constructor(notation: Notation) {
    this.#notation = notation
  }

  templates(pattern: string): readonly Template[] | null {
    let found = this.#read.get(pattern)
    if (found === undefined) this.#read.set(pattern, (found = templatesOf(pattern, this.#notation)))
    return found
  }
}

const PARTS = new RegExp(`([${PARAMETER}${CHECKED}${REST}])([^${END}]*)${END}`)

function templateOf(marked: string, notation: Notation): Template | null {
  const segments = marked.replace(/^\//, '').split('/')
  const template: Segment[] = []
  for (const [place, text] of segments.entries()) {
    const segment = segmentOf(text, notation)
    if (segment === null || (segment.kind === 'rest' && place < segments.length - 1)) return null
    template.push(segment)
  }
  return template
}

function segmentOf(marked: string, notation: Notation): Segment | null {
  const parts = marked.split(PARTS)
  // Express compares the text that was sent; the other routers compare decoded text.
  const texts = parts.filter((_, index) => index % 3 === 0).map(notation.startsWith('express') ? decoded : String)
  const names = parts.filter((_, index) => index % 3 === 2)
  const [name] = names
  if (name === undefined) return { kind: 'text', text: texts[0] ?? '' }
  const isWhole = texts.join('') === '' && names.length === 1
  if (parts.includes(REST)) return isWhole ? { kind: 'rest', name } : null
  if (!isWhole) return { kind: 'pattern', texts, names: names.map((each) => each.replace(new RegExp(`${CONSTRAINT}.*$`, 's'), '')) }
  return parts[1] === CHECKED ? checkedOf(name, notation) : { kind: 'parameter', name }
}

function checkedOf(marked: string, notation: Notation): Segment | null {
  const [name = '', source = ''] = marked.split(CONSTRAINT)
  try {
    const constraint = new RegExp(`^(?:${source.replaceAll(SLASH, '/')})$`, notation === 'express4' ? 'i' : '')
    return { kind: 'checked', name, constraint, spans: notation === 'hono' && constraint.test('a/b') }
  } catch {
    return null
  }
}

function decoded(sent: string): string {
  try {
    return decodeURIComponent(sent)
  } catch {
    return sent
  }
}

/** A text that no policy has as a segment. */
const SAMPLE = 'anysegment0'

/** A path that a template matches, with this text for each of its parameters. */
export function sampleOf(template: Template, text = SAMPLE): string {
  return template.map((segment) => `/${sampleOfSegment(segment, text)}`).join('')
}

function sampleOfSegment(segment: Segment, text: string): string {
  switch (segment.kind) {
    case 'text':
      return encodeURIComponent(segment.text)
    case 'pattern':
      return encodeURIComponent(segment.texts.join(text))
    case 'parameter':
    case 'checked':
      return text
    case 'rest':
      return `${text}/${text}`
  }
}

/** The keys that a template shares with those that could have its shape. */
export function looseKeys(template: Template, rules: PathRules): readonly string[] {
  const parts = trimmed(template, rules).map((segment) => (segment.kind === 'text' ? `/${folded(segment.text, rules)}` : segment.kind === 'rest' ? '/...' : '/{}'))
  const last = template.at(-1)
  const isLong = last?.kind === 'checked' && last.spans
  return isLong ? [parts.join(''), [...parts.slice(0, -1), '/...'].join('')] : [parts.join('')]
}

/** Whether a framework's route is this route of the policy. */
export function isSame(framework: Template, policy: Template, rules: PathRules): boolean {
  const [one, other] = [trimmed(framework, rules), trimmed(policy, rules)]
  return one.length === other.length && one.every((segment, place) => isSameSegment(segment, other[place] as Segment, rules))
}

function isSameSegment(framework: Segment, policy: Segment, rules: PathRules): boolean {
  if (framework.kind === 'checked') return policy.kind === 'parameter' || policy.kind === 'pattern' || (framework.spans && policy.kind === 'rest')
  if (framework.kind === 'text') return policy.kind === 'text' && folded(framework.text, rules) === folded(policy.text, rules)
  if (framework.kind !== 'pattern' || policy.kind !== 'pattern') return framework.kind === policy.kind
  const { texts } = policy
  return framework.texts.length === texts.length && framework.texts.every((text, place) => folded(text, rules) === folded(texts[place] ?? '', rules))
}

/** Whether every path of the second template is one of the first. */
export function covers(wide: Template, narrow: Template, rules: PathRules): boolean {
  const [one, other] = [trimmed(wide, rules), trimmed(narrow, rules)]
  for (const [place, segment] of one.entries()) {
    const beside = other[place]
    if (beside === undefined) return false
    if (segment.kind === 'rest') return true
    if (beside.kind === 'rest' || !coversSegment(segment, beside, rules)) return false
  }
  return one.length === other.length
}

function coversSegment(wide: Segment, narrow: Segment, rules: PathRules): boolean {
  if (wide.kind === 'parameter') return narrow.kind !== 'text' || narrow.text !== ''
  if (wide.kind === 'pattern' && (narrow.kind === 'text' || narrow.kind === 'pattern')) return fits(wide, narrow.kind === 'text' ? narrow.text : narrow.texts.join(ANY), rules)
  return wide.kind !== 'checked' && isSameSegment(wide, narrow, rules)
}

/** A character that stands in no path, and so for any. */
const ANY = '\u0000'

/** Whether a text has the form of a pattern. */
function fits({ texts }: Segment & { readonly kind: 'pattern' }, text: string, rules: PathRules): boolean {
  const whole = folded(text, rules)
  let from = 0
  for (const [place, each] of texts.entries()) {
    const part = folded(each, rules)
    const at = place === 0 ? 0 : place === texts.length - 1 ? whole.length - part.length : whole.indexOf(part, from + 1)
    if (at < 0 || (place > 0 && at <= from) || !whole.startsWith(part, at)) return false
    from = at + part.length
  }
  return from === whole.length
}

/** Values of the kinds that regular expressions of parameters ask for. */
const VALUES = ['a', '0', 'a0', 'A', '00000000-0000-4000-8000-000000000000', '0123456789abcdef01234567']

/**
 * Whether the regular expressions of a framework's template take more than this route of the policy: text that belongs
 * to a wider one.
 */
export function reaches(framework: Template, policy: Template, wider: Template, rules: PathRules): boolean {
  return framework.every((segment, place) => {
    const [own, beside] = [policy[place], wider[place]]
    if (segment.kind !== 'checked' || own?.kind !== 'pattern' || beside === undefined || isSameSegment(beside, own, rules)) return true
    if (beside.kind === 'text') return false
    const texts = VALUES.map((value) => (beside.kind === 'pattern' ? beside.texts.join(value) : value))
    return texts.some((text) => segment.constraint.test(text) && !fits(own, text, rules))
  })
}

/** Whether two templates of one shape have the same values. */
export function hasSameValues(
  framework: Template,
  valueOf: ValueOf,
  policy: Template,
  params: Readonly<Record<string, string>>,
  rules: PathRules,
): boolean {
  const other = trimmed(policy, rules)
  return trimmed(framework, rules).every((segment, place) => {
    const beside = other[place] as Segment
    if (segment.kind === 'text' || beside.kind === 'text') return true
    if (segment.kind === 'pattern' && beside.kind === 'pattern') {
      return segment.names.every((name, number) => valueOf(name) === params[beside.names[number] ?? ''])
    }
    if (segment.kind === 'pattern') return false
    const value = valueOf(segment.name)
    if (value === null) return true
    if (beside.kind === 'pattern') return folded(value ?? '', rules) === folded(filled(beside, (name) => params[name]) ?? '', rules)
    return value === params[beside.name]
  })
}

/** The path that a template makes with these values; `null` where one of them is not known. */
export function pathOf(template: Template, valueOf: ValueOf, rules: PathRules): string | null {
  const texts = trimmed(template, rules).map((segment) => filled(segment, valueOf))
  return texts.includes(null) ? null : folded(texts.join('/'), rules)
}

function filled(segment: Segment, valueOf: ValueOf): string | null {
  switch (segment.kind) {
    case 'text':
      return segment.text
    case 'pattern': {
      const values = segment.names.map(valueOf)
      return values.includes(null) ? null : segment.texts.map((text, place) => text + (values[place] ?? '')).join('')
    }
    case 'parameter':
    case 'checked':
    case 'rest': {
      const value = valueOf(segment.name)
      return value === null ? null : (value ?? '')
    }
  }
}

function folded(text: string, { ignoresCase }: PathRules): string {
  return ignoresCase ? text.toLowerCase() : text
}

/** Without a slash at the end, where the policy ignores it. */
function trimmed(template: Template, { ignoresTrailingSlash }: PathRules): Template {
  const last = template.at(-1)
  return ignoresTrailingSlash && template.length > 1 && last?.kind === 'text' && last.text === '' ? template.slice(0, -1) : template
}
