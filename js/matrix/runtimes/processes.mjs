// Runtimes that are started from a shell. Their programs come from the lock file of this folder.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { run } from '../../package/packed.mjs'
import { installed } from './installed.mjs'

const NODES = ['20', '22', '24', '26'].map((major) => ({ name: `node-${major}`, runtime: 'Node', program: `node-${major}/bin/node`, flags: [] }))

const OTHERS = [
  {
    name: 'deno',
    runtime: 'Deno',
    program: '@deno/linux-x64-glibc/deno',
    flags: ['run', '--quiet', '--no-prompt', '--no-remote', '--node-modules-dir=manual', '--allow-read', '--allow-write'],
  },
  { name: 'bun', runtime: 'Bun', program: '@oven/bun-linux-x64/bin/bun', flags: ['--no-install'] },
]

/** Each of them, with `import` and with `require`. */
export const processes = [...NODES, ...OTHERS].flatMap(({ name, runtime, program, flags }) =>
  [['import', 'entry.mjs', name], ['require', 'entry.cjs', `${name}-require`]].map(([how, entry, name]) => ({
    name,
    host: how === 'import',
    stores: how === 'import',
    runtime,
    how,
    async answer(place) {
      const path = installed(program)
      if (!existsSync(path)) return { skipped: `the lock file has no ${runtime} for ${process.platform}-${process.arch}` }
      const version = /\d+\.\d+\.\d+/.exec(run(path, ['--version'], place.folder))[0]
      return { version, ...answered(path, flags, join(place.folder, entry), place) }
    },
  })),
)

/** Runs an entry under a program, and reads what it answered. */
export function answered(program, flags, entry, { folder, vectors }) {
  const answers = join(folder, 'answers.json')
  rmSync(answers, { force: true })
  run(program, [...flags, join(folder, 'process.mjs'), entry, vectors, answers], folder)
  return JSON.parse(readFileSync(answers, 'utf8'))
}
