// The package as its users get it: packed, installed from the tarball, looked at by the tools that look at packages.
// The runtimes have a matrix of their own.
import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { install, pack, root, run } from './packed.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const bin = (name) => join(root, 'node_modules/.bin', name)

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
    run(bin('attw'), [tarball, '--profile', 'esm-only', '--exclude-entrypoints', 'portcullis.wasm'], root)
    return 'no problems for import and bundlers; node10 and its kind of require are ignored'
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
  for (const file of ['use.mts', 'use.cts']) {
    await check(`types in ${file}, without DOM`, () => {
      const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')]
      run(bin('tsc'), [file, '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2023', '--strict', '--noEmit', ...types], folder)
      return 'compile'
    })
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = failed === 0 ? 0 : 1
