// What the adapters cost, counted in blocks of code that run, not in time.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { stepsOf } from '../support/steps.mjs'

import { Gate, Policy } from 'portcullis'
import * as forHono from 'portcullis/hono'
import * as forNode from 'portcullis/node'

import { NOW, token } from '../support/acme.mjs'
import { apps } from './seams/apps.mjs'

/** Routes of one shape, by what they have in common. */
const FAMILIES = {
  'texts': (number) => `/r${number}/{id}`,
  'patterns': (number) => `/r${Math.floor(number / 50)}/{id}-k${number % 50}`,
  'long paths': (number) => `/a/b/c/d/e/f/{id}/r${number}/{sub}`,
}

function under(family, count) {
  const routes = Array.from({ length: count }, (_, number) => ({ on: `GET ${FAMILIES[family](number)}`, needs: 'low:read' }))
  const policy = new Policy({
    portcullis: 1, name: 'growth', realm: 'Growth', resources: { low: {} },
    routes: [...routes, { on: 'GET /files/{rest...}', needs: 'low:read' }],
    kinds: { personal: { prefix: 'gr_pat', may: { revoke: ['owner'] } } },
  })
  const held = token({ grants: ['low:read'] }, policy)
  const seen = []
  return { policy, gate: new Gate({ policy, now: () => NOW, tokens: () => held.record, observe: (each) => seen.push(each) }), bearer: held.bearer, seen }
}

function assertLinear(steps, what) {
  steps.slice(1).forEach((each, place) => assert.ok(each <= steps[place] * 2.2, `${what}: ${steps}`))
}

const last = (family, count) => FAMILIES[family](count - 1)
const pathOf = (template) => template.replace(/\{\w+\}/g, '7')

for (const [name, build] of Object.entries(apps)) {
  for (const family of Object.keys(FAMILIES)) {
    test(`CST-02 ${name}: a request costs the same under 10 and under 10,000 routes, ${family}`, async () => {
      const costs = async (count) => {
        const { gate, bearer } = under(family, count)
        const template = last(family, count)
        const ask = await build(gate, [['GET', template], ['GET', '/files/{rest...}']])
        const lines = [`GET ${pathOf(template)}`, 'GET /nowhere', `GET ${pathOf(template)}/`, `GET ${pathOf(template).replace('/r', '/%72')}`, `GET /files/${'a/%41'.repeat(200)}`]
        for (const line of lines) await ask(line, bearer)
        const steps = []
        for (const line of lines) steps.push(await stepsOf(() => ask(line, bearer)))
        return steps
      }
      const [few, many] = [await costs(10), await costs(10_000)]
      assert.deepEqual(many, few)
    })
  }

  test(`CST-02 ${name}: twice the target costs at most 2.2 times, and one over the limit less than the longest`, async () => {
    const { gate, bearer, seen } = under('texts', 10)
    const ask = await build(gate, [['GET', '/files/{rest...}']])
    for (const piece of ['a', 'a/', '%41', '%2F', '?', '//', ';', '%']) {
      const steps = []
      for (const bytes of [1000, 2000, 4000, 8000, 16_000]) {
        const line = `GET /files/${piece.repeat(Math.floor((bytes - 20) / piece.length))}`
        await ask(line, bearer)
        steps.push(await stepsOf(() => ask(line, bearer)))
      }
      assertLinear(steps.slice(0, 4), piece)
      assert.ok(steps[4] <= steps[3], `${piece}: ${steps}`)
      assert.equal(seen.at(-1).reason, 'target_too_long')
    }
  })
}

test('CST-02 setting up a guard and listing what the policy lacks: twice the routes cost at most 2.2 times', async () => {
  for (const family of Object.keys(FAMILIES)) {
    const costs = async (count) => {
      const { policy, gate } = under(family, count)
      const routes = Array.from({ length: count }, (_, number) => `GET ${FAMILIES[family](number).replace(/\{(\w+)\}/g, ':$1')}`)
      void policy.routes
      return [
        await stepsOf(() => forNode.guard(gate, () => undefined)),
        await stepsOf(() => assert.deepEqual(forNode.unmapped(routes, gate), [])),
        await stepsOf(() => forHono.guard(gate)),
      ]
    }
    const rows = [await costs(500), await costs(1000), await costs(2000)]
    rows[0].forEach((_, place) => assertLinear(rows.map((row) => row[place]), `${family}, ${place}`))
  }
})
