// The package as its users get it: packed, installed from the tarball, looked at by the tools that look at packages.
// The runtimes have a matrix of their own.
import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { install, pack, root, run } from './packed.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const bin = (name) => join(root, 'node_modules/.bin', name)

const tsc = join(root, 'node_modules/typescript/bin/tsc')
// TypeScript 5, which `attw` brings: later versions have no node10.
const formerTsc = createRequire(createRequire(import.meta.url).resolve('@arethetypeswrong/core')).resolve('typescript/lib/tsc.js')

/** Each way of TypeScript to find a module. */
const TYPES = [
  ['use.mts', tsc, 'nodenext'],
  ['use.cts', tsc, 'nodenext'],
  ['use.mts', tsc, 'node16'],
  ['use.mts', tsc, 'esnext', '--moduleResolution', 'bundler'],
  ['use.cts', tsc, 'commonjs', '--moduleResolution', 'bundler'],
  ['use.mts', formerTsc, 'esnext', '--moduleResolution', 'node10'],
  ['use.cts', formerTsc, 'commonjs', '--moduleResolution', 'node10'],
]

const folder = mkdtempSync(join(tmpdir(), 'portcullis-'))
let failed = 0

async function check(what, work) {
  try {
    console.log(`ok    ${what}: ${await work()}`)
  } catch (error) {
    failed += 1
    console.log(`FAIL  ${what}: ${error.stdout ?? ''}${error.stack ?? error}`)
  }
}

try {
  const { filename, tarball, size, unpackedSize, files } = pack(folder)
  console.log(`${filename}: ${size} bytes packed, ${unpackedSize} unpacked, ${files.length} files`)

  await check('licences and changes', () => {
    const names = ['CHANGELOG.md', 'LICENSE-APACHE', 'LICENSE-MIT', 'README.md']
    const missing = names.filter((name) => !files.some(({ path }) => path === name))
    if (missing.length > 0) throw new Error(`not in the package: ${missing.join(', ')}`)
    return 'packed'
  })

  cpSync(join(here, 'consumer'), folder, { recursive: true })
  install(tarball, folder)

  await check('publint', () => run(bin('publint'), ['run', tarball, '--strict', '--level', 'suggestion'], root).trim().split('\n').at(-1))
  await check('attw', () => {
    // One copy of the code and its types: Node requires an ES module by itself, as the matrix shows.
    run(bin('attw'), [tarball, '--ignore-rules', 'cjs-resolves-to-esm', '--exclude-entrypoints', 'portcullis.wasm'], root)
    return 'no problems; require resolves to ES modules'
  })
  await check('esbuild for browsers, gate', () => {
    run(bin('esbuild'), ['gate.mjs', '--bundle', '--format=esm', '--platform=browser', '--minify', '--outfile=gate-bundle.mjs'], folder)
    const [size, whole] = [join(folder, 'gate-bundle.mjs'), join(root, 'wasm/base64.js')].map((file) => statSync(file).size)
    if (size > 0.7 * whole) throw new Error('the gate brings the whole module along')
    return `${run('node', ['gate-bundle.mjs'], folder).trim()}, of ${size} bytes where the whole module alone has ${whole}`
  })
  await check(`node ${process.version}, slim`, () => run('node', ['slim.mjs'], folder).trim())
  await check(`node ${process.version}, stores and their conformance suite`, () => run('node', ['stores.mjs'], folder).trim())
  await check('esbuild for Node, stores and their conformance suite', () => {
    run(bin('esbuild'), ['stores.mjs', '--bundle', '--format=esm', '--platform=node', '--outfile=stores-bundle.mjs'], folder)
    return run('node', ['stores-bundle.mjs'], folder).trim()
  })
  for (const [file, program, ...settings] of TYPES) {
    await check(`types in ${file}, ${settings.join(' ')}, without DOM`, () => {
      const fixed = ['--target', 'es2022', '--lib', 'es2023', '--strict', '--noEmit', '--types', 'node', '--typeRoots', join(root, 'node_modules/@types')]
      run('node', [program, file, '--module', ...settings, ...fixed], folder)
      return 'compile'
    })
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = failed === 0 ? 0 : 1
