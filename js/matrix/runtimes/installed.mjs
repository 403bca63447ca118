import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The path of a file that the lock file of the matrix brings. */
export function installed(path) {
  return fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url))
}

/** The version of a package, by default one of the matrix's own. */
export function versionOf(name, path = installed(`${name}/package.json`)) {
  return JSON.parse(readFileSync(path, 'utf8')).version
}
