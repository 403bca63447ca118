// Commands without end, and what must hold of a store that was killed among them.
import { verifyTrail } from 'portcullis'

import { admin, personal } from './fixtures.mjs'

/**
 * Makes tokens, edits, revokes and deletes them until something stops it; says what was done as it is done. They belong
 * to an owner of its name: what it leaves behind counts for no other storm's limit.
 */
export async function storm(tokens, name, say) {
  for (let number = 0; ; number += 1) {
    const { token } = await personal(tokens, { owner: `${name}`, name: `${name}.${number}` }, { by: admin, id: `create:${name}.${number}` })
    say(token.id, `create:${name}.${number}`)
    await tokens.edit(token.id, { description: 'edited' }, { by: admin, id: 'edit' })
    say(token.id, 'edit')
    await tokens.revoke(token.id, { by: admin, id: 'revoke' })
    say(token.id, 'revoke')
    if (number % 2 === 0) continue
    await tokens.delete(token.id, { by: admin, id: 'delete' })
    say(token.id, 'delete')
  }
}

/** Each command that was said to be done is, and each token is whole: record or tombstone, and all of its events. */
export async function assertWhole(store, said) {
  for (const [token, command] of said) hold((await store.event(token, command)) !== null, `${token} ${command} was said to be done`)
  const seen = new Set(said.map(([token]) => token))
  const { records } = await store.list({ limit: 10_000 })
  for (const { id } of records) seen.add(id)
  for (const id of seen) {
    const [record, tombstone, events] = [await store.get(id), await store.tombstone(id), await store.trail(id)]
    hold((record === null) !== (tombstone === null), `${id} is there or gone`)
    const { revision, auditHead } = record ?? tombstone
    hold(events.length === revision, `${id} has an event for each revision`)
    hold(verifyTrail({ events, head: auditHead, token: id }).verified, `${id} has a trail that is whole`)
  }
}

/** Also where there is no `node:assert`. */
function hold(condition, what) {
  if (!condition) throw new Error(`It does not hold that ${what}`)
}
