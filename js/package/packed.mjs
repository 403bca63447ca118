// The package as its users get it.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the package. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Runs a program to its end, and returns what it printed. */
export function run(program, args, cwd) {
  const env = { ...process.env, NO_COLOR: '1' }
  return execFileSync(program, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}

/** Packs the package into `folder`: what npm says of the tarball, with its path. */
export function pack(folder) {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder], root))
  return { ...packed, tarball: join(folder, packed.filename) }
}

/** Installs the tarball, and nothing else, in the folder of a user's program. */
export function install(tarball, folder) {
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true }\n')
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--silent', tarball], folder)
}
