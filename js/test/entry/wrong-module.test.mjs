import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { document } from '../support/acme.mjs'

const file = fileURLToPath(new URL('../../wasm/portcullis.wasm', import.meta.url))

/** What a fresh process says that gets this module; it may be changed, or the platform under it. */
function saidOf(make, before = '') {
  const program = `
    import { readFileSync } from 'node:fs'
    import { load, Policy } from 'portcullis/slim'
    const whole = readFileSync(${JSON.stringify(file)})
    ${before}
    const said = []
    for (let time = 0; time < 3; time++) {
      try {
        load((${make})(new Uint8Array(whole)))
        said.push(new Policy(${JSON.stringify(document)}).name)
      } catch (error) {
        said.push(error.code ?? error.name)
      }
    }
    console.log(JSON.stringify(said))`
  const options = { cwd: fileURLToPath(new URL('../..', import.meta.url)), encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '--eval', program], options))
}

const refused = Array(3).fill('module_invalid')

test('the module of this package is taken', () => {
  assert.deepEqual(saidOf('(whole) => whole'), Array(3).fill(document.name))
})

test('WSM-06 a module of another version is refused', () => {
  const newer = `
    const { Instance } = WebAssembly
    WebAssembly.Instance = function (...given) {
      return { exports: { ...new Instance(...given).exports, abiVersion: () => 2 } }
    }`
  assert.deepEqual(saidOf('(whole) => whole', newer), refused)
})

test('WSM-06 one altered byte is noticed wherever it stands, also where the module compiles all the same', () => {
  const altered = (at) => `(whole) => (whole[whole.length - ${at}] ^= 0x20, whole)`
  for (const at of [1, 2, 3, 4, 5, 700, 9_000, 100_000, 300_000]) {
    assert.deepEqual(saidOf(altered(at)), refused, `${at} bytes before the end`)
  }
})

test('bytes that begin at an odd address are the same module', () => {
  const shifted = `(whole) => {
    const room = new Uint8Array(whole.length + 3)
    room.set(whole, 3)
    return room.subarray(3)
  }`
  assert.deepEqual(saidOf(shifted), Array(3).fill(document.name))
  assert.deepEqual(saidOf('(whole) => whole.buffer'), Array(3).fill(document.name))
})

test('WSM-06 a module that is cut short, altered, empty, of somebody else or none is refused', () => {
  const modules = {
    'cut in half': '(whole) => whole.subarray(0, whole.length >> 1)',
    'cut by a byte': '(whole) => whole.subarray(0, -1)',
    'another first byte': '(whole) => (whole[0] ^= 1, whole)',
    'a byte too many': '(whole) => new Uint8Array([...whole, 0])',
    'nothing in it': '() => new Uint8Array()',
    "somebody else's": '() => new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])',
    'no module': '() => "portcullis.wasm"',
    'null': '() => null',
    'not there': '() => undefined',
  }
  for (const [what, make] of Object.entries(modules)) {
    const said = saidOf(make)
    assert.ok(said.every((one) => one === 'module_invalid' || one === 'TypeError'), `${what}: ${said}`)
  }
})
