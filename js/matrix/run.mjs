// The same program, unmodified, from the packed tarball, in every runtime: `node run.mjs [name ...]`, after `npm ci`.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { install, pack, root } from '../package/packed.mjs'
import { compare, keep, load } from '../test/vectors/files.mjs'
import { bundles } from './runtimes/bundles.mjs'
import { browsers } from './runtimes/chromium.mjs'
import { jests } from './runtimes/jest.mjs'
import { processes } from './runtimes/processes.mjs'
import { workers } from './runtimes/workers.mjs'

const wanted = process.argv.slice(2)
const runtimes = [...processes, ...jests, ...workers, ...browsers, ...bundles].filter(({ name }) => wanted.length === 0 || wanted.includes(name))
const place = prepare()
let failed = 0
try {
  console.log(row('runtime', 'version', 'how', 'ms', 'result'))
  for (const { name, host, stores, runtime, how, answer } of runtimes) {
    // A second way into a runtime that is a host already gets the vectors that people wrote, not those that were drawn.
    const vectors = host ? place.vectors : place.written
    const results = await tell(runtime, how, () => answer({ ...place, vectors }), name)
    if (host && results !== undefined) keep(name, results)
    await tell(runtime, `${how}, gate`, () => answer({ ...place, folder: place.gate, vectors: place.written }), name)
    if (stores) await tell(runtime, `${how}, stores`, () => answer({ ...place, folder: place.stores, vectors: place.written }), name)
  }
} finally {
  // A browser that was told to end may write a little longer.
  rmSync(place.base, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
}
process.exitCode = failed === 0 ? 0 : 1

/** Runs the program in one runtime, and tells what came of it in one line. */
async function tell(runtime, how, answer, name) {
  const begun = performance.now()
  const { version = '-', skipped, said, results } = await answer().catch((error) => ({ said: error }))
  const taken = (performance.now() - begun).toFixed(0)
  const wrong = results === undefined ? [said?.stack ?? `${said}`] : compare(name, results).wrong
  if (skipped === undefined && wrong.length > 0) failed += 1
  console.log(row(runtime, version, how, taken, verdict(skipped, wrong, said, results)))
  return results
}

/** Folders as a user has them: a program and the installed package, one folder for each program, and the vectors beside them. */
function prepare() {
  const base = mkdtempSync(join(tmpdir(), 'portcullis-matrix-'))
  const at = (name) => join(base, name)
  const folders = { folder: at('program'), gate: at('gate'), stores: at('stores'), elsewhere: at('bundles') }
  mkdirSync(folders.elsewhere)
  lay(new URL('consumer', import.meta.url), folders.folder)
  for (const scene of ['scene', 'endless', 'gate-scene', 'stores']) {
    cpSync(join(root, `package/consumer/${scene}.mjs`), join(folders.folder, `${scene}.mjs`))
  }
  cpSync(join(root, 'test/vectors/run.mjs'), join(folders.folder, 'vectors.mjs'))
  install(pack(base).tarball, folders.folder)
  for (const other of ['gate', 'stores']) {
    cpSync(folders.folder, folders[other], { recursive: true })
    lay(new URL(`consumer-${other}`, import.meta.url), folders[other])
  }
  const [fixtures, written, drawn] = load()
  const made = { base, ...folders, vectors: at('vectors.json'), written: at('written.json') }
  writeFileSync(made.written, JSON.stringify([fixtures, written]))
  writeFileSync(made.vectors, JSON.stringify([fixtures, [...written, ...drawn]]))
  return made
}

function lay(from, to) {
  cpSync(fileURLToPath(from), to, { recursive: true })
}

function verdict(skipped, wrong, said, results) {
  if (skipped !== undefined) return `skipped: ${skipped}`
  if (wrong.length > 0) return `FAILED\n${wrong.slice(0, 20).join('\n')}`
  const { total, compared, equal } = compare('', results)
  if (total === 0) return said
  return `${said}; ${total} vectors, ${compared === 0 ? 'nothing of the core to compare with' : `${equal} as the core`}`
}

function row(runtime, version, how, ms, result) {
  return `${runtime.padEnd(26)} ${version.padEnd(16)} ${how.padEnd(26)} ${ms.padStart(6)}  ${result}`
}
