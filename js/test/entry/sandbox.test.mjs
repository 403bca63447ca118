import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import vm from 'node:vm'

import { load, Policy } from 'portcullis/slim'

import { document } from '../support/acme.mjs'

test('a module compiled in another realm is accepted, as in the edge runtime of Next', () => {
  const { Module } = vm.runInNewContext('WebAssembly')
  const module = new Module(readFileSync(new URL('../../wasm/portcullis.wasm', import.meta.url)))
  assert.equal(module instanceof WebAssembly.Module, false)
  load(module)
  assert.equal(new Policy(document).name, document.name)
})
