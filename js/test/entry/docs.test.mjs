import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const entries = Object.values(exports).flatMap(({ types }) => types ?? [])

/** The declarations that a file shows, with those of the files that it passes on, as `[file, line of text, has words]`. */
function declared(file, seen = new Set()) {
  if (seen.has(file) || !existsSync(file)) return []
  seen.add(file)
  const lines = readFileSync(file, 'utf8').split('\n')
  const here = lines.flatMap((line, index) => {
    if (!/^export (declare |abstract )*(class|function|interface|type|const) \w/.test(line)) return []
    // Overloads share the words of the first.
    const [, name] = /^export declare function (\w+)/.exec(line) ?? []
    const words = lines[index - 1]?.endsWith('*/') || (name !== undefined && lines.slice(0, index).some((other) => other.includes(`function ${name}<`)))
    return [[file.slice(root.length), line, words]]
  })
  const passed = [...lines.join('\n').matchAll(/^export [^;]*? from '(\.[^']+)'/gm)].map(([, path]) => join(dirname(file), path.replace(/\.js$/, '.d.ts')))
  return [...here, ...passed.flatMap((path) => declared(path, seen))]
}

test('every export has a doc comment', () => {
  const found = entries.flatMap((entry) => declared(join(root, entry)))
  assert.ok(entries.length > 5 && found.length > 60)
  assert.deepEqual(found.filter(([, , words]) => !words).map(([file, line]) => `${file}: ${line}`), [])
})

test('every member of the exported types of the gate has a doc comment', () => {
  const wordless = []
  for (const name of ['gate/gate', 'gate/options', 'gate/request', 'decision/decision', 'gate/touch-writer', 'policy/attempt', 'decision/details']) {
    const lines = readFileSync(join(root, `dist/${name}.d.ts`), 'utf8').split('\n')
    lines.forEach((line, index) => {
      const member = /^ {4}(readonly )?(\w+|\[.*\])[?(<:]/.exec(line)
      const before = lines[index - 1]?.trim() ?? ''
      if (member === null || member[2] === 'constructor' || before.endsWith('*/')) return
      wordless.push(`${name}: ${line.trim()}`)
    })
  }
  // These are the names that the wire and the documents have.
  const plain = /^decision\/details: readonly (allow|reason|status|token|kind|tenant|owner|revision|route|params|matched|missing|hints|answer|wwwAuthenticate|body|type|title|detail|text)\b|^decision\/decision: (readonly headersSent|statusCode|setHeader|end|readonly allow|readonly reason)\b|^gate\/request: readonly (method|url|headers|rawHeaders|socket)\b/
  assert.deepEqual(wordless.filter((line) => !plain.test(line)), [])
})
