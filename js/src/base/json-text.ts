import { PortcullisError, wrongType } from './errors.js'

// Taken at load time: whoever patches JSON or Object later changes nothing here.
const { stringify } = JSON
const { getPrototypeOf, keys } = Object
const { isArray } = Array
const { isFinite, isInteger, isSafeInteger } = Number

/** As deep as the module reads. */
const DEPTH = 128

/**
 * The document as JSON text, so that it can be kept, compared and opened again.
 *
 * A string is taken as it is. An object is read once, property by property: own and enumerable ones
 * only, `toJSON` is not called, a property that is `undefined` is left out. It does not accept what JSON
 * cannot hold or what would come back as something else: `NaN`, integers beyond 2^53, `BigInt`, functions,
 * symbols, class instances such as `Date` and `Map`, lone surrogates, cycles. Nothing else is checked.
 */
export function jsonText(document: unknown, what: string): string {
  if (typeof document === 'string') {
    if (!document.isWellFormed()) throw refused(what, 'holds a lone surrogate')
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
      if (!isFinite(value)) throw refused(what, 'holds a number that is not finite')
      if (isInteger(value) && !isSafeInteger(value)) throw refused(what, 'holds an integer beyond 2^53')
      return value === 0 ? '0' : `${value}`
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      if (depth === DEPTH) throw refused(what, `is nested deeper than ${DEPTH}, or in itself`)
      return isArray(value) ? writeArray(value, what, depth) : writeObject(value, what, depth)
    case 'undefined':
    case 'bigint':
    case 'symbol':
    case 'function':
      throw refused(what, `holds a value of type ${typeof value}`)
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
  // The second test is for plain objects from another realm.
  if (prototype !== null && getPrototypeOf(prototype) !== null) throw refused(what, 'holds an object of a class')
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

/** Up to so many characters are looked at one by one: that is faster than asking the platform. */
const SHORT = 128

/** The text as JSON. Nearly every one in a document is short, and stands in it as it is. */
function quoted(text: string, what: string): string {
  const { length } = text
  if (length <= SHORT) {
    let at = 0
    while (at < length && isPlain(text.charCodeAt(at))) at++
    if (at === length) return `"${text}"`
  }
  if (!text.isWellFormed()) throw refused(what, 'holds a lone surrogate')
  return stringify(text)
}

/** ASCII that is neither a control character nor a quotation mark nor a backslash. */
function isPlain(code: number): boolean {
  return code > 0x1f && code < 0x7f && code !== 0x22 && code !== 0x5c
}

function refused(what: string, why: string): PortcullisError {
  return new PortcullisError('invalid_data', `${what} ${why}`)
}

/** Control characters beyond those that JSON escapes, line separators, and what turns the direction of writing. */
const MISLEADING = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/**
 * The value as JSON on one line, for a log or a trail: what could make it look like something else is escaped as
 * well, as the module does. It reads back as the same value.
 */
export function lineOf(value: unknown): string {
  return stringify(value).replace(MISLEADING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
