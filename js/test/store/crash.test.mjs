import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { sqlite } from 'portcullis/sqlite'

import { DAY, desk, START } from '../support/fixtures.mjs'
import { assertWhole } from '../support/storm.mjs'

const folder = mkdtempSync(join(tmpdir(), 'portcullis-'))
after(() => rmSync(folder, { recursive: true }))

function started(file, what) {
  const script = fileURLToPath(new URL('crash-child.mjs', import.meta.url))
  return spawn(process.execPath, [script, file, what], { stdio: ['ignore', 'pipe', 'inherit'] })
}

/** Runs a process that gives commands, and kills it when `until` says so of what it said. */
async function killed(file, what, until) {
  const child = started(file, what)
  let said = ''
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (text) => {
    said += text
    if (until(said)) child.kill('SIGKILL')
  })
  const signal = await new Promise((resolve) => child.on('close', (_, signal) => resolve(signal)))
  assert.equal(signal, 'SIGKILL', said)
  // The last line may be cut.
  return said.slice(0, said.lastIndexOf('\n')).split('\n').map((line) => line.split(' '))
}

test('ROT-07 after a process is killed between commit and delivery, the notice waits under the same key', async () => {
  const file = join(folder, 'outbox.db')
  const [[, id]] = await killed(file, 'sweep', (said) => said.includes('\n'))
  const store = sqlite(file)
  const { tokens, at } = desk({ store })
  at(START + 35 * DAY)
  const notices = await tokens.outbox()
  assert.deepEqual(notices.map(({ notice, token }) => [notice, token]), [['idleSoon', id]])
  assert.deepEqual((await tokens.sweep()).commands, {})
  assert.deepEqual(await tokens.outbox(), notices)
  assert.deepEqual((await store.trail(id)).map(({ event }) => event), ['created', 'reminded'])
  await tokens.acknowledge(notices.map(({ key }) => key))
  await store.close()
  assert.deepEqual(await store.outbox(10), [])
  await store.close()
})

test('STO-05 a process killed in the middle of commands leaves each of them done or not begun', async () => {
  const file = join(folder, 'storm.db')
  for (let round = 1; round <= 6; round += 1) {
    const lines = await killed(file, 'storm', (said) => said.length > 300 * round)
    const store = sqlite(file)
    await assertWhole(store, lines.map(([, token, command]) => [token, command]))
    await store.close()
  }
})

test('LIF-06 three processes create tokens for one owner, up to the limit and no more', async () => {
  const file = join(folder, 'crowd.db')
  const said = await Promise.all(Array.from({ length: 3 }, () => text(started(file, 'crowd').stdout)))
  const codes = said.flatMap((lines) => lines.trim().split('\n'))
  assert.equal(codes.length, 45)
  assert.equal(codes.filter((code) => code === 'made').length, 10)
  assert.equal(codes.filter((code) => code === 'limit_reached').length, 35)
  const store = sqlite(file)
  assert.equal((await store.list({ limit: 100 })).records.length, 10)
  await store.close()
})
