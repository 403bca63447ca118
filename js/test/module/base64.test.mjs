import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { bytesOf } from '../../dist/module/base64.js'
import { base64 } from '../../wasm/base64.js'

const whole = new Uint8Array(readFileSync(new URL('../../wasm/portcullis.wasm', import.meta.url)))

/** The same with these globals in the place of the platform's. */
function read({ fromBase64, Buffer }) {
  const before = [Object.getOwnPropertyDescriptor(Uint8Array, 'fromBase64'), Object.getOwnPropertyDescriptor(globalThis, 'Buffer')]
  Object.defineProperty(Uint8Array, 'fromBase64', { value: fromBase64, configurable: true, writable: true })
  Object.defineProperty(globalThis, 'Buffer', { value: Buffer, configurable: true, writable: true })
  try {
    return new Uint8Array(bytesOf(base64))
  } finally {
    if (before[0] === undefined) delete Uint8Array.fromBase64
    else Object.defineProperty(Uint8Array, 'fromBase64', before[0])
    Object.defineProperty(globalThis, 'Buffer', before[1])
  }
}

test('every base64 decoder gives the same bytes of the module', () => {
  const { Buffer } = globalThis
  assert.deepEqual(read({ Buffer }), whole)
  assert.deepEqual(read({}), whole)
  assert.deepEqual(read({ fromBase64: (text) => new Uint8Array(Buffer.from(text, 'base64')) }), whole)
})
