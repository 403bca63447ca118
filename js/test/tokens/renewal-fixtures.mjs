// A token that has a renewal on offer.
import { DAY, desk, personal } from '../support/fixtures.mjs'

export const renewal = { every: '90d', mailTo: 'ada@example.com', callback: 'https://example.com/renew' }

/** The key that the latest offer went out with. */
export async function offered(tokens) {
  await tokens.sweep()
  const notices = await tokens.outbox()
  const offers = notices.filter(({ notice }) => notice === 'renewalOffered')
  await tokens.acknowledge(notices.map(({ key }) => key))
  return offers.at(-1)
}

/** A token that has a renewal on offer. */
export async function offering(options, fields = {}) {
  const made = desk(options)
  const { token, plaintext } = await personal(made.tokens, { renewal, idleAfter: '45d', ...fields })
  for (const step of [40 * DAY, 40 * DAY, 10 * DAY]) {
    made.pass(step)
    await made.store.touch(token.id, 1, { lastUsedAt: new Date(made.now).toISOString(), secretUsedAt: new Date(made.now).toISOString() })
  }
  const offer = await offered(made.tokens)
  return { ...made, id: token.id, plaintext, key: offer.secret, offer, made }
}
