import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { load, Policy, PortcullisError } from 'portcullis/slim'

// No other test of this file may load a module: the first one counts for the whole process.
test('WSM-06 a missing or damaged module is refused before anything is decided', () => {
  const refused = (error) => error instanceof PortcullisError && error.code === 'module_invalid'
  assert.throws(() => new Policy('{}'), refused)
  const whole = readFileSync(new URL('../../wasm/portcullis.wasm', import.meta.url))
  load(whole.subarray(0, whole.length - 1))
  for (let again = 0; again < 3; again++) assert.throws(() => new Policy('{}'), refused)
})
