import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'

import { Gate, Policy } from 'portcullis'

import { NOW, store, token } from '../support/acme.mjs'
import { frameworks } from './apps.mjs'
import { isExpected, requestsOf, table } from './requests.mjs'
import { send } from './wire.mjs'

const document = table.policy
const policy = new Policy(document)
const ada = token({}, policy)
const none = token({}, policy)
const both = token({ grants: ['license:*', 'account:read'] }, policy)
const everyWay = new Policy({ ...document, transports: ['bearer', 'token', { header: 'X-plenigo-token' }, { query: 'access_token' }] })
const eve = token({}, everyWay)
const GET = (path, ...fields) => [`GET ${path} HTTP/1.1`, ...fields].join('\r\n')
const auth = (made = ada) => `Authorization: ${made.bearer}`

for (const [name, { start, fetches = false, caseSensitive = false }] of Object.entries(frameworks)) {
  describe(name, () => {
    let app
    let handled = 0
    const seen = () => (handled += 1)
    const ask = (...sent) => send(app.port, ...sent)
    /** The app behind another gate, for one test. */
    const with_ = async (options, work, guarding = {}) => {
      const other = await start(new Gate({ policy, tokens: store(ada, both).read, now: () => NOW, ...options }), { handled: seen, options: guarding })
      try {
        await work((...sent) => send(other.port, ...sent), other)
      } finally {
        await other.close()
      }
    }
    before(async () => {
      app = await start(new Gate({ policy, tokens: store(ada, both).read, now: () => NOW }), { handled: seen, options: {} })
    })
    after(() => app.close())

    test('an allowed request reaches the handler, with the decision', async () => {
      const { status, json } = await ask(GET('/v3/licenses/42?x=1', auth()))
      assert.equal(status, 200)
      assert.deepEqual(json, { route: 'GET /v3/licenses/{id}', decided: 'GET /v3/licenses/{id}', owner: 'ada', wouldDeny: null })
      assert.equal((await ask(GET('/ping'))).json.decided, 'GET /ping')
    })

    test('a denial is a complete response', async () => {
      const { status, field, json } = await ask(GET('/v3/licenses'))
      assert.equal(status, 401)
      assert.equal(field('www-authenticate'), 'Bearer realm="Acme API"')
      assert.match(field('content-type'), /^application\/problem\+json/)
      assert.equal(field('cache-control'), 'no-store')
      assert.equal(json.code, 'missing')
      const scope = await ask(GET('/v3/account', auth()))
      assert.equal(scope.status, 403)
      assert.match(scope.field('www-authenticate'), /scope="account:read"/)
    })

    for (const { id, says, expect, fetches: platform, ...sent } of table.cases) {
      test(`${id} ${says}`, async () => {
        for (const [head, body] of requestsOf(sent, { ada, both, none })) {
          const before = handled
          const answer = await ask(head, body)
          // Where the platform reads URLs, everybody sees what it made of them.
          const fits = isExpected(fetches && platform !== undefined ? platform : expect, answer, handled > before)
          assert.ok(fits, `${head.split('\r\n')[0].slice(0, 80)}: ${answer.status} ${answer.body}`)
        }
      })
    }

    test('HDR-07 every way that the policy names is one, and two at once are malformed', async () => {
      await with_({ policy: everyWay, tokens: store(eve).read }, async (ask) => {
        const ways = {
          bearer: ['', `Authorization: ${eve.bearer}`],
          token: ['', `Authorization: Token ${eve.plaintext}`],
          header: ['', `X-Plenigo-Token: ${eve.plaintext}`],
          query: [`?access_token=${eve.plaintext}`, 'X-Nothing: 1'],
        }
        for (const [one, [query, field]] of Object.entries(ways)) {
          assert.equal((await ask(GET(`/v3/licenses${query}`, field))).status, 200, one)
          for (const [two, [also, again]] of Object.entries(ways)) {
            if (one === two) continue
            assert.deepEqual((await ask(GET(`/v3/licenses${query}${also}`, field, again))).json.code, 'malformed', `${one} and ${two}`)
          }
          const twice = query === '' ? [GET('/v3/licenses', field, field)] : [GET(`/v3/licenses${query}&${query.slice(1)}`)]
          assert.equal((await ask(...twice)).json.code, 'malformed', `${one} twice`)
        }
        assert.equal((await ask(GET('/v3/licenses', `X-Api-Key: ${eve.plaintext}`))).json.code, 'missing')
      })
    })

    test('RTE-06 SEA-04 a policy that ignores case does so only where the router does, or is refused at start', async () => {
      const ignoring = { policy: new Policy({ ...document, paths: { case: 'ignore' } }), tokens: store(ada, both).read }
      if (caseSensitive) {
        await assert.rejects(with_(ignoring, () => undefined), /"case": "ignore"/)
        return
      }
      await with_(ignoring, async (ask) => {
        for (const path of ['/users/ME', '/USERS/7', '/Users/7:Publish', '/PING', '/users/me', '/users/%4de']) {
          const { json } = await ask(GET(path, auth(both)))
          if (json?.route !== undefined) assert.equal(json.route, json.decided, path)
        }
        assert.equal((await ask(GET('/users/me', auth(both)))).json.route, 'GET /users/me')
      })
    })

    test('JSS-04 a store or a function that fails is a denial, and the handler is not called', async () => {
      const fail = () => { throw new Error('the disk is full') }
      const ways = [{ tokens: fail }, { tokens: async () => fail() }, { tokens: () => new Promise(() => undefined) }, { tokens: () => 42 }, { tenant: fail }, { clientIp: fail }, { now: fail }]
      for (const way of ways) {
        await with_({ timeout: 50, ...way }, async (ask) => {
          const before = handled
          const { status, body } = await ask(GET('/v3/licenses', auth()))
          assert.equal(status, 503)
          assert.ok(!body.includes('disk'))
          assert.equal(handled, before)
        })
      }
      await with_({}, async (ask) => {
        const before = handled
        assert.equal((await ask(GET('/v3/licenses', auth()))).status, 503)
        assert.equal(handled, before)
      }, { context: fail })
    })

    test('JSS-04 nothing in a body says who somebody is', async () => {
      const body = JSON.stringify({ userId: 'root', owner: 'root', access_token: ada.plaintext, _method: 'GET', decision: { allow: true } })
      const { status, json } = await ask(`POST /v3/licenses HTTP/1.1\r\n${auth()}`, body)
      assert.deepEqual([status, json.owner], [200, 'ada'])
    })

    test('nothing is enforced where the gate says so, and the handler is told', async () => {
      await with_({ enforce: false }, async (ask) => {
        const { status, json } = await ask(GET('/v3/account', auth()))
        assert.deepEqual([status, json.wouldDeny], [200, 'insufficient_scope'])
      })
    })

    test('scopes can be asked for in the place of the route, and the context is made of the request', async () => {
      const contexts = []
      const tokens = (id, context) => (contexts.push(context), ada.record)
      await with_({ tokens }, async (ask) => {
        assert.equal((await ask(GET('/nobody/knows/this', auth()))).status, 200)
      }, { needs: 'license:delete', context: (input) => (assert.ok(input), 'made') })
      assert.deepEqual(contexts, ['made'])
    })

    test('a use is noted once the response has gone out', async () => {
      let touched
      const noted = new Promise((done) => (touched = done))
      const order = []
      await with_({ touch: (id) => (order.push('touch'), touched(id)) }, async (ask) => {
        assert.equal((await ask(GET('/v3/licenses', auth()))).status, 200)
        order.push('answer')
        assert.equal(await noted, ada.id)
      })
      assert.equal(order.length, 2)
    })

    test('the routes that the policy does not know are named', async () => {
      const found = app.unmapped()
      assert.equal(found.length, 1)
      assert.match(found[0], /^GET \/nobody\/knows\/(:this|\{this\}|\[this\])$/)
    })
  })
}
