import { PortcullisError, wrongType } from './errors.js'

// Captured at load time, so that later changes to JSON or Object have no effect here.
const { stringify } = JSON
const { getPrototypeOf, keys } = Object
const { isArray } = Array
const { isFinite, isInteger, isSafeInteger } = Number

/** The deepest nesting that the module reads. */
const DEPTH = 128

/**
 * Returns the document as JSON text, which can be kept, compared and opened again.
 *
 * A string is returned as it is. An object is read once: only its own enumerable properties count, `toJSON` is not
 * called, and properties that are `undefined` are left out. Values that JSON cannot hold, or that would not come back
 * the same, are refused: `NaN`, integers beyond 2^53, `BigInt`, functions, symbols, class instances such as `Date` and
 * `Map`, lone surrogates, cycles. Nothing else is checked.
 */
export function jsonText(document: unknown, what: string): string {
  if (typeof document === 'string') {
    if (!document.isWellFormed()) throw refused(what, 'contains a lone surrogate')
    return document
  }
  if (typeof document !== 'object' || document === null) throw wrongType(what, 'a string or an object', document)
  return write(document, what, 0)
}

function write(value: unknown, what: string, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quoted(value, what)
    case 'number':
      if (!isFinite(value)) throw refused(what, 'contains a number that is not finite')
      if (isInteger(value) && !isSafeInteger(value)) throw refused(what, 'contains an integer beyond 2^53')
      return value === 0 ? '0' : `${value}`
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      if (depth === DEPTH) throw refused(what, `is nested deeper than ${DEPTH} levels, or contains itself`)
      return isArray(value) ? writeArray(value, what, depth) : writeObject(value, what, depth)
    case 'undefined':
    case 'bigint':
    case 'symbol':
    case 'function':
      throw refused(what, `contains a value of type ${typeof value}`)
  }
}

function writeArray(array: readonly unknown[], what: string, depth: number): string {
  let text = ''
  const length = array.length
  for (let index = 0; index < length; index++) {
    text += (index === 0 ? '' : ',') + write(array[index], what, depth + 1)
  }
  return `[${text}]`
}

function writeObject(object: object, what: string, depth: number): string {
  const prototype: unknown = getPrototypeOf(object)
  // The second test admits plain objects from another realm.
  if (prototype !== null && getPrototypeOf(prototype) !== null) throw refused(what, 'contains an object of a class: use plain objects')
  const names = keys(object)
  let text = ''
  for (let index = 0; index < names.length; index++) {
    const name = names[index] as string
    const value = (object as Record<string, unknown>)[name]
    if (value === undefined) continue
    text += `${text === '' ? '' : ','}${quoted(name, what)}:${write(value, what, depth + 1)}`
  }
  return `{${text}}`
}

/** Texts up to this length are checked character by character, which is faster than `isWellFormed` and `stringify`. */
const SHORT = 128

/** The text as a JSON string. Most texts in a document are short and need no escapes. */
function quoted(text: string, what: string): string {
  const { length } = text
  if (length <= SHORT) {
    let at = 0
    while (at < length && isPlain(text.charCodeAt(at))) at++
    if (at === length) return `"${text}"`
  }
  if (!text.isWellFormed()) throw refused(what, 'contains a lone surrogate')
  return stringify(text)
}

/** Whether a character is printable ASCII that JSON does not escape. */
function isPlain(code: number): boolean {
  return code > 0x1f && code < 0x7f && code !== 0x22 && code !== 0x5c
}

function refused(what: string, why: string): PortcullisError {
  return new PortcullisError('invalid_data', `${what} ${why}`)
}

/**
 * Characters that could disguise a line: control characters, line separators, and marks that change the direction of
 * text.
 */
const MISLEADING = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/**
 * The value as JSON on one line, safe to write to a log or a trail: characters that could make the line look like
 * something else are escaped, as in the module. It parses back to the same value.
 */
export function lineOf(value: unknown): string {
  return stringify(value).replace(MISLEADING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
