/** A place in a text. Both count from 1; columns count characters. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** Deeper than any valid policy. */
const DEEPEST = 64

/** Finds JSON Pointers in a JSON text: a field at its name, an item of a list at its value. */
export class Places {
  readonly #text: string
  readonly #found = new Map<string, number>()
  #at = 0

  /** Reads the text, up to the place where it stops being JSON. */
  constructor(text: string) {
    this.#text = text
    this.#value('', DEEPEST)
  }

  /** The place of this pointer, or of the closest parent that exists. */
  of(pointer: string): Place {
    for (let path = pointer; ; path = path.slice(0, path.lastIndexOf('/'))) {
      const at = this.#found.get(path)
      if (at !== undefined) return placed(this.#text, at)
      if (path === '') return { line: 1, column: 1 }
    }
  }

  /** Whether the text can be read further after the value. */
  #value(pointer: string, depth: number): boolean {
    this.#blank()
    if (!this.#found.has(pointer)) this.#found.set(pointer, this.#at)
    switch (this.#text[this.#at]) {
      case '{':
        return depth > 0 && this.#items('}', () => this.#field(pointer, depth - 1))
      case '[':
        return depth > 0 && this.#items(']', (index) => this.#value(`${pointer}/${index}`, depth - 1))
      case '"':
        return this.#string() !== undefined
      default: {
        const [word = ''] = /^[-+.\w]*/.exec(this.#text.slice(this.#at, this.#at + 64)) ?? []
        this.#at += word.length
        return word !== ''
      }
    }
  }

  #items(end: string, item: (index: number) => boolean): boolean {
    this.#at += 1
    this.#blank()
    if (this.#takes(end)) return true
    for (let index = 0; item(index); index++) {
      this.#blank()
      if (this.#takes(end)) return true
      if (!this.#takes(',')) return false
    }
    return false
  }

  #field(pointer: string, depth: number): boolean {
    this.#blank()
    const at = this.#at
    const name = this.#string()
    if (name === undefined) return false
    const path = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    this.#found.set(path, at)
    this.#blank()
    return this.#takes(':') && this.#value(path, depth)
  }

  #string(): string | undefined {
    if (this.#text[this.#at] !== '"') return undefined
    let end = this.#at + 1
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === '\\' ? 2 : 1
    const written = this.#text.slice(this.#at, end + 1)
    this.#at = end + 1
    try {
      return JSON.parse(written) as string
    } catch {
      return undefined
    }
  }

  #takes(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at += 1
    return true
  }

  #blank(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at += 1
  }
}

function placed(text: string, at: number): Place {
  const before = text.slice(0, at)
  return { line: before.split('\n').length, column: [...before.slice(before.lastIndexOf('\n') + 1)].length + 1 }
}
