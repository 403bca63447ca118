import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as engine from '../../dist/module/engine.js'
import { Gate } from 'portcullis'
import { document, NOW, policy, request, token } from '../support/acme.mjs'

const [ada, bob] = [token(), token({ owner: 'bob', grants: ['account:read'] })]
const opened = new Map([ada, bob].map(({ id, record }) => [id, policy.open(record)]))
const now = () => NOW
const reasonOf = (made, target = '/v3/licenses') =>
  policy.decide({ method: 'GET', target, authorization: made.bearer }, { token: opened.get(made.id), now: NOW }).reason

/** Things that a store may do while it is asked, each of them in the middle of somebody's check. */
const meanwhile = {
  'asks for another decision': () => assert.equal(reasonOf(bob), 'insufficient_scope'),
  'identifies another request': () => assert.equal(policy.identify({ method: 'GET', target: '/v3/account', authorization: bob.bearer }), bob.id),
  'asks with text beyond ASCII': () => assert.equal(policy.decide({ needs: 'account:read', authorization: 'Bearer é' }, { token: null, now: NOW }).reason, 'malformed'),
  'reads the details of a decision': () => assert.equal(policy.decide({ needs: 'account:read', authorization: bob.bearer }, { token: opened.get(bob.id), now: NOW }).details.owner, 'bob'),
  'opens and closes documents': () => policy.open(bob.record)[Symbol.dispose](),
  'makes the memory grow': () => void engine.instance().exports.memory.grow(1),
  'drops the instance': () => void engine.failed(new Error('meanwhile')),
}

for (const [what, work] of Object.entries(meanwhile)) {
  test(`WSM-05 a store that ${what} during a look-up changes no decision`, async () => {
    for (const later of [false, true]) {
      const tokens = (id) => {
        work()
        return later ? Promise.resolve(opened.get(id)) : opened.get(id)
      }
      const gate = new Gate({ policy, tokens, now })
      assert.equal((await gate.check(request('/v3/licenses', ada))).reason, null)
      assert.equal((await gate.check(request('/v3/licenses', bob))).reason, 'insufficient_scope')
      assert.equal((await gate.check(request('/v3/account', bob))).details.owner, 'bob')
    }
  })
}

test('WSM-05 gates nest in the look-up of gates, sixteen deep', async () => {
  const owners = Array.from({ length: 17 }, (_, index) => token({ owner: `owner-${index}`, grants: ['account:read'] }))
  const gate = new Gate({
    policy,
    tokens: async (id) => {
      const index = owners.findIndex((made) => made.id === id)
      const next = owners[index + 1]
      if (next !== undefined) assert.equal((await gate.check(request('/v3/account', next))).details.owner, `owner-${index + 1}`)
      return owners[index].record
    },
    now,
  })
  assert.equal((await gate.check(request('/v3/account', owners[0]))).details.owner, 'owner-0')
})

test('WSM-05 of 64 concurrent tasks each gets its own decision', async () => {
  const made = Array.from({ length: 64 }, (_, index) => token({ owner: `owner-${index}`, grants: index % 2 === 0 ? ['account:read'] : [] }))
  const records = new Map(made.map(({ id, record }) => [id, record]))
  const wait = (index) => new Promise((done) => setTimeout(done, (index * 7) % 5))
  let asked = 0
  const gate = new Gate({ policy: document, now, tokens: async (id) => (await wait(asked++), records.get(id)) })
  const task = async (index) => {
    for (let round = 0; round < 20; round++) {
      const decision = await gate.check(request('/v3/account', made[index]))
      assert.equal(decision.reason, index % 2 === 0 ? null : 'insufficient_scope')
      await wait(index + round)
      assert.equal(decision.details.owner, `owner-${index}`)
    }
  }
  await Promise.all(made.map((_, index) => task(index)))
})
