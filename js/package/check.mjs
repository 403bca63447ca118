// The package as its users get it: packed, installed from the tarball, used on every platform that is at hand.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { inWorkerd } from './workerd.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(here)
const bin = (name) => join(root, 'node_modules/.bin', name)

function run(program, args, cwd) {
  const env = { ...process.env, NO_COLOR: '1' }
  return execFileSync(program, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}

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
  const [{ filename, size, unpackedSize, files }] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder], root))
  const tarball = join(folder, filename)
  console.log(`${filename}: ${size} bytes packed, ${unpackedSize} unpacked, ${files.length} files`)

  await check('licences and changes', () => {
    const names = ['CHANGELOG.md', 'LICENSE-APACHE', 'LICENSE-MIT', 'README.md']
    const missing = names.filter((name) => !files.some(({ path }) => path === name))
    if (missing.length > 0) throw new Error(`not in the package: ${missing.join(', ')}`)
    return 'packed'
  })

  cpSync(join(here, 'consumer'), folder, { recursive: true })
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--silent', tarball], folder)

  await check('publint', () => run(bin('publint'), ['run', tarball, '--strict', '--level', 'suggestion'], root).trim().split('\n').at(-1))
  await check('attw', () => {
    // One copy of the code and its types: Node requires an ES module by itself, which is tried below.
    run(bin('attw'), [tarball, '--profile', 'esm-only', '--exclude-entrypoints', 'portcullis.wasm'], root)
    return 'no problems for import and bundlers; node10 and its kind of require are ignored'
  })
  await check(`node ${process.version}, import`, () => run('node', ['import.mjs'], folder).trim())
  await check(`node ${process.version}, require`, () => run('node', ['require.cjs'], folder).trim())
  await check(`node ${process.version}, slim`, () => run('node', ['slim.mjs'], folder).trim())
  await check(`node ${process.version}, stores and their kit`, () => run('node', ['stores.mjs'], folder).trim())
  await check('esbuild for Node, stores and their kit', () => {
    run(bin('esbuild'), ['stores.mjs', '--bundle', '--format=esm', '--platform=node', '--outfile=stores-bundle.mjs'], folder)
    return run('node', ['stores-bundle.mjs'], folder).trim()
  })
  await check('esbuild for browsers', () => {
    run(bin('esbuild'), ['import.mjs', '--bundle', '--format=esm', '--platform=browser', '--minify', '--outfile=bundle.mjs'], folder)
    return run('node', ['bundle.mjs'], folder).trim()
  })
  for (const file of ['use.mts', 'use.cts']) {
    await check(`types in ${file}, without DOM`, () => {
      const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')]
      run(bin('tsc'), [file, '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2023', '--strict', '--noEmit', ...types], folder)
      return 'compile'
    })
  }
  await check('workerd', () => inWorkerd(join(folder, 'worker.mjs')))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = failed === 0 ? 0 : 1
