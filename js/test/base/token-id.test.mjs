import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Policy, RefusedError, tokenId } from 'portcullis'
import * as deciding from 'portcullis/gate'

import { document } from '../support/fixtures.mjs'

test('a token id is a plain string at run time, in both entries', () => {
  const { id } = new Policy(document).mint('personal')
  assert.equal(tokenId(id), id)
  assert.equal(deciding.tokenId(id), id)
})

test('malformed text is refused like an unknown id, and not repeated', () => {
  const { id, plaintext } = new Policy(document).mint('personal')
  for (const text of ['', plaintext, `${id} `, `${id}\n`, id.slice(1), `${id}0`, `${id.slice(1)}-`, `${id.slice(1)}é`]) {
    const thrown = (error) => error instanceof RefusedError && error.code === 'unknown' && (text === '' || !error.message.includes(text))
    assert.throws(() => tokenId(text), thrown, JSON.stringify(text.length))
  }
})

test('anything but a string is a TypeError', () => {
  for (const value of [undefined, null, 7, ['a'], new String('0123456789abcdef')]) {
    assert.throws(() => tokenId(value), TypeError)
  }
})
