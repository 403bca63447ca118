// Terminal output: text from a policy cannot control the terminal, and lines fit its width.

import { shown } from '../base/shown.js'

/** The part of a stream that output depends on. */
export interface Stream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

type Style = 'red' | 'green' | 'yellow' | 'dim' | 'bold'

const CODES: Readonly<Record<Style, readonly [number, number]>> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  dim: [2, 22],
  bold: [1, 22],
}

/** Characters that take two columns. */
const WIDE = /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u

/** The longest comfortable line of help. */
const READABLE = 100

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** The number of columns that a text takes. */
export function widthOf(text: string): number {
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += WIDE.test(segment) ? 2 : 1
  return width
}

/** The output of a command. Colours are used only on a terminal, and not if `NO_COLOR` is set. */
export class Terminal {
  readonly #stream: Stream
  readonly #coloured: boolean
  /** The width of a line; infinite if the output is not a terminal. */
  readonly columns: number

  constructor(stream: Stream, env: Readonly<Record<string, string | undefined>>) {
    const { NO_COLOR = '', TERM } = env
    this.#stream = stream
    this.#coloured = stream.isTTY === true && NO_COLOR === '' && TERM !== 'dumb'
    this.columns = stream.isTTY === true ? Math.max(stream.columns ?? 80, 20) : Infinity
  }

  line(text = ''): void {
    this.#stream.write(`${text}\n`)
  }

  json(value: unknown): void {
    this.line(JSON.stringify(value, null, 2))
  }

  /** The text in this style. Measure a text before styling it. */
  paint(style: Style, text: string): string {
    if (!this.#coloured) return text
    const [on, off] = CODES[style]
    return `\u001b[${on}m${text}\u001b[${off}m`
  }

  /** Breaks a sentence into lines; all but the first start at `indent`. */
  wrapped(sentence: string, indent: number, used = indent, columns = this.columns): string {
    const room = Math.max(columns, indent + 20)
    let text = ''
    let width = used
    for (const word of shown(sentence).split(' ')) {
      const needed = widthOf(word)
      if (text === '') text = word
      else if (width + 1 + needed > room) {
        text += `\n${' '.repeat(indent)}${word}`
        width = indent
        width += needed
        continue
      } else text += ` ${word}`
      width += needed + (text === word ? 0 : 1)
    }
    return text
  }

  /**
   * Prints help text. Paragraphs and option descriptions are wrapped to the width; text after two blanks is a column.
   */
  help(text: string): void {
    for (const line of flowing(text)) {
      const [column = ''] = /^ +\S.*? {2,}(?=\S)/.exec(line) ?? []
      const room = Math.min(this.columns, READABLE)
      this.line(column + this.wrapped(line.slice(column.length), column.length, column.length, room))
    }
  }

  /** A table with headings. On a terminal, the widest column is shortened first. */
  table(names: readonly string[], rows: readonly (readonly string[])[]): void {
    const cells = [names, ...rows.map((row) => row.map(shown))]
    const widths = names.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ''))))
    const total = () => widths.reduce((sum, width) => sum + width, 0) + 2 * (names.length - 1)
    while (total() > this.columns && Math.max(...widths) > 8) {
      const widest = widths.indexOf(Math.max(...widths))
      widths[widest] = Math.max(8, (widths[widest] ?? 8) - (total() - this.columns))
    }
    cells.forEach((row, place) => {
      const line = row.map((cell, column) => fitted(cell, widths[column] ?? 0)).join('  ').trimEnd()
      this.line(place === 0 ? this.paint('bold', line) : line)
    })
  }
}

/** Joins lines that were broken by hand. */
function flowing(text: string): string[] {
  const lines: string[] = []
  for (const line of text.split('\n')) {
    const last = lines.at(-1) ?? ''
    const goesOn = /^ {10,}\S/.test(line) || (/^\S/.test(line) && /^\S/.test(last) && !last.endsWith(':'))
    if (goesOn) lines[lines.length - 1] = `${last} ${line.trimStart()}`
    else lines.push(line)
  }
  return lines
}

/** The text padded or cut to this width. */
function fitted(text: string, width: number): string {
  const own = widthOf(text)
  if (own <= width) return text + ' '.repeat(width - own)
  let kept = ''
  for (const { segment } of graphemes.segment(text)) {
    if (widthOf(kept) + widthOf(segment) > width - 1) break
    kept += segment
  }
  return `${kept}…${' '.repeat(width - 1 - widthOf(kept))}`
}
