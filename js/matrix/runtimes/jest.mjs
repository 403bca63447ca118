// Jest, whose modules are its own and not Node's. With `require` it needs Node 24.9.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { installed, versionOf } from './installed.mjs'

const WAYS = [
  { name: 'jest', how: 'import', node: process.execPath, file: 'jest.test.mjs' },
  { name: 'jest-require', how: 'require', node: installed('node-24/bin/node'), file: 'jest.test.cjs' },
]

export const jests = WAYS.map(({ name, how, node, file }) => ({
  name,
  host: false,
  runtime: 'Jest',
  how,
  async answer({ folder, vectors }) {
    const answers = join(folder, 'answers.json')
    const config = { rootDir: folder, testMatch: [`<rootDir>/${file}`], transform: {}, testTimeout: 120_000, globals: { vectors, answers } }
    execFileSync(node, ['--experimental-vm-modules', installed('jest/bin/jest.js'), '--config', JSON.stringify(config)], { cwd: folder, stdio: 'pipe' })
    return { version: versionOf('jest'), ...JSON.parse(readFileSync(answers, 'utf8')) }
  },
}))
