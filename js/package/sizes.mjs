// What a bundle grows by: `npm run sizes`, after `cargo xtask build`.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'

import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

const PROGRAMS = [
  ['portcullis', 'Gate, whole', `export { Gate } from 'portcullis'`],
  ['portcullis', 'Gate, Tokens and the store in memory', `export { Gate, Tokens } from 'portcullis'\nexport { memory } from 'portcullis/memory'`],
  ['portcullis/gate', 'Gate, deciding only', `export { Gate } from 'portcullis/gate'`],
]

const TARGETS = [
  // As text in the bundle: no file to fetch, no setting of a bundler.
  ['browser', ['browser']],
  // As a file beside the script, which the platform compiles ahead.
  ['worker', ['workerd', 'worker', 'browser']],
]

console.log(row('bundle', 'for', 'what', 'raw', 'gzip', 'brotli'))
for (const [entry, what, contents] of PROGRAMS) {
  for (const [target, conditions] of TARGETS) {
    const { script, module } = await bundled(contents, conditions)
    line(entry, target, what, [script, ...(module === undefined ? [] : [module])])
    if (module !== undefined) {
      line('', '', '  of it the script', [script])
      line('', '', '  of it the module', [module])
    }
  }
}

async function bundled(contents, conditions) {
  let module
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
    conditions,
    plugins: [
      {
        name: 'module beside the script',
        setup: ({ onResolve }) => {
          onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
            module = readFileSync(join(resolveDir, path))
            return { path, external: true }
          })
        },
      },
    ],
  })
  return { script: outputFiles[0].contents, module }
}

function line(entry, target, what, files) {
  const sum = (size) => kb(files.reduce((total, file) => total + size(file), 0))
  console.log(row(entry, target, what, sum((file) => file.length), sum((file) => gzipSync(file, { level: 9 }).length), sum((file) => brotliCompressSync(file).length)))
}

function row(entry, target, what, ...figures) {
  return `${entry.padEnd(16)} ${target.padEnd(8)} ${what.padEnd(38)}${figures.map((figure) => figure.padStart(11)).join('')}`
}

function kb(bytes) {
  return `${(bytes / 1024).toFixed(1)} KB`
}
