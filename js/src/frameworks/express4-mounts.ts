/** What Express 4 adds to a mount path. */
const MOUNT_END = '\\/?(?=\\/|$)'

/** What it writes for a parameter, with the slash before it or without. */
const PARAMETER = /^\(\?:(\\\/)?\((?:\[\^\\?\/\]\+\?|\(\?:\(\?!\\?\/\|[^()]*\)\.\)\+\?)\)\)/

const TEXT = /^(?:\\[/.-]|[^\\()[\]^$?*+|{}])/

/** The mount paths that Express 4 turned into this expression, if they contain only text and plain parameters. */
export function sourcesOf({ source }: RegExp, names: readonly string[]): readonly string[] | null {
  let next = 0
  const paths: string[] = []
  for (const one of source.split('|^')) {
    if (!one.endsWith(MOUNT_END)) return null
    let rest = one.slice(0, -MOUNT_END.length).replace(/^\^/, '')
    let path = ''
    while (rest !== '') {
      const [parameter, slash] = PARAMETER.exec(rest) ?? []
      const [text] = TEXT.exec(rest) ?? []
      if (parameter !== undefined) path += `${slash === undefined ? '' : '/'}:${names[next++] ?? ''}`
      else if (text !== undefined) path += text.replace('\\', '')
      else return null
      rest = rest.slice((parameter ?? text ?? '').length)
    }
    paths.push(path)
  }
  return paths
}
