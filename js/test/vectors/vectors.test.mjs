import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import * as sdk from 'portcullis'

import { inWorkerd } from '../../package/workerd.mjs'
import { load, settle } from './files.mjs'
import { answer } from './run.mjs'

const [fixtures, written, drawn] = load()
const files = [...written, ...drawn]

test('WSM-07 every vector holds in Node', () => {
  const wrong = settle('node', answer(sdk, fixtures, files))
  assert.equal(wrong.length, 0, wrong.join('\n'))
})

test('WSM-07 every vector holds in workerd', async () => {
  const entry = fileURLToPath(new URL('./worker.mjs', import.meta.url))
  const results = await inWorkerd(entry, { method: 'POST', body: JSON.stringify([fixtures, files]) })
  const wrong = settle('workerd', JSON.parse(results))
  assert.equal(wrong.length, 0, wrong.join('\n'))
})
