import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'

import { Gate, Policy } from 'portcullis'

import { document as acme, NOW, store, token } from './acme.mjs'
import { frameworks } from './frameworks/apps.mjs'
import { send } from './frameworks/wire.mjs'

const document = {
  ...acme,
  routes: [...acme.routes, { on: 'GET /users/me', authenticated: true }, { on: 'GET /users/@me', authenticated: true }, { on: 'GET /users/{id}', needs: 'account:read' }, { on: 'GET /users/{id}:publish', authenticated: true }],
}
const policy = new Policy(document)
const ada = token({}, policy)
const both = token({ grants: ['license:*', 'account:read'] }, policy)
const everyWay = new Policy({ ...document, transports: ['bearer', 'token', { header: 'X-plenigo-token' }, { query: 'access_token' }] })
const eve = token({}, everyWay)
const GET = (path, ...fields) => [`GET ${path} HTTP/1.1`, ...fields].join('\r\n')
const auth = (made = ada) => `Authorization: ${made.bearer}`
const base64 = (text) => Buffer.from(text).toString('base64')

for (const [name, { start, fetches = false }] of Object.entries(frameworks)) {
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
    /** The reason or coarse code of a denial, after which the handler must not have been called. */
    const denied = async (...sent) => {
      const before = handled
      const { status, json } = await ask(...sent)
      assert.equal(handled, before, `handler called for ${sent[0]}`)
      return [status, json?.code ?? null]
    }

    before(async () => {
      app = await start(new Gate({ policy, tokens: store(ada, both).read, now: () => NOW }), { handled: seen, options: {} })
    })
    after(() => app.close())

    test('what is allowed reaches the handler, with the decision', async () => {
      const { status, json } = await ask(GET('/v3/licenses/42?x=1', auth()))
      assert.equal(status, 200)
      assert.deepEqual(json, { route: 'GET /v3/licenses/{id}', decided: 'GET /v3/licenses/{id}', owner: 'ada', wouldDeny: null })
      assert.equal((await ask(GET('/ping'))).json.decided, 'GET /ping')
    })

    test('a denial is a whole answer', async () => {
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

    test('HDR-06 two Authorization fields are malformed, in two lines or in one', async () => {
      const other = token({}, policy)
      for (const [first, second] of [[ada, ada], [ada, other], [other, ada]]) {
        assert.deepEqual(await denied(GET('/v3/licenses', auth(first), `AUTHORIZATION: ${second.bearer}`)), [400, 'malformed'])
        assert.deepEqual(await denied(GET('/v3/licenses', `Authorization: ${first.bearer}, ${second.bearer}`)), [400, 'malformed'])
      }
    })

    test('HDR-07 other ways to carry a token are invisible, unless the policy names them', async () => {
      const others = [
        [`/v3/licenses`, `Authorization: Basic ${base64(`${ada.plaintext}:x-oauth-basic`)}`],
        [`/v3/licenses`, `Authorization: Basic ${base64(`x:${ada.plaintext}`)}`],
        [`/v3/licenses`, `Authorization: Token ${ada.plaintext}`],
        [`/v3/licenses?access_token=${ada.plaintext}`],
        [`/v3/licenses`, `X-Api-Key: ${ada.plaintext}`],
        [`/v3/licenses`, `X-plenigo-token: ${ada.plaintext}`],
        [`/v3/licenses`, `Cookie: access_token=${ada.plaintext}`],
      ]
      for (const [path, ...fields] of others) assert.deepEqual(await denied(GET(path, ...fields)), [401, 'missing'], fields[0] ?? path)
      for (const [path, ...fields] of others.slice(3)) assert.equal((await ask(GET(path, auth(), ...fields))).status, 200)

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

    test('RTE-02 the path that is decided is the path that is routed', async () => {
      const tricks = ['/ping/../v3/account', '/ping/./../v3/account', '/ping/%2e%2e/v3/account', '/ping/%2E./v3/account', '/ping/.%2e/v3/account', '/ping/..;/v3/account', '/v3/account/..', '/v3/account/.', '/ping\\..\\v3\\account', '/ping/..%5cv3/account', '/./v3/account']
      for (const path of tricks) {
        const [status] = await denied(GET(path))
        // Where the platform reads URLs, everybody sees what it made of them, and this route needs a token.
        assert.ok(status === 400 || (fetches && [401, 403].includes(status)), `${path}: ${status}`)
        const [known, code] = await denied(GET(path, auth()))
        assert.ok(code === 'bad_path' || (fetches && [400, 403].includes(known)), `${path}: ${known} ${code}`)
      }
      for (const path of ['/ping/%252e%252e/v3/account', '/ping/..%252fv3/account']) assert.deepEqual(await denied(GET(path, auth())), [400, 'bad_path'], path)
      for (const path of ['//ping', '/v3//licenses', '/v3/licenses//']) assert.notEqual((await denied(GET(path, auth())))[0], 200, path)
    })

    test('RTE-02 what the policy and the router may read differently is refused', async () => {
      // To some routers this is the route of an account, to others no route or that of a parameter.
      for (const path of ['/v3/%61ccount', '/v3/licenses%2f42', '/users/%6de', '/users/%40me', '/users/%4De', '/v3/%6cicenses/42', '/users/ME', '/users/Me', '/USERS/me', '/users/7:PUBLISH', '/users/7:publish', '/users/7%3apublish', '/users/7:%70ublish', '/Users/7', '/ME', '/V3/licenses', '/v3/Licenses/42']) {
        const { json } = await ask(GET(path, auth(both)))
        if (json?.route !== undefined) assert.equal(json.route, json.decided, path)
      }
      assert.equal((await ask(GET('/users/me', auth(both)))).json.route, 'GET /users/me')
      assert.equal((await ask(GET('/users/@me', auth(both)))).json.route, 'GET /users/@me')
      const id = await ask(GET('/v3/licenses/4%32', auth()))
      assert.deepEqual([id.status, id.json.decided], [200, 'GET /v3/licenses/{id}'])
      assert.equal((await ask(GET('/users/MEL', auth(both)))).json.route, 'GET /users/{id}')
      await with_({ policy: new Policy({ ...document, paths: { case: 'ignore' } }), tokens: store(ada, both).read }, async (ask) => {
        for (const path of ['/users/ME', '/USERS/7', '/Users/7:Publish', '/PING', '/users/me', '/users/%4de']) {
          const { json } = await ask(GET(path, auth(both)))
          if (json?.route !== undefined) assert.equal(json.route, json.decided, path)
        }
        assert.equal((await ask(GET('/users/me', auth(both)))).json.route, 'GET /users/me')
      })
    })

    test('RTE-09 HEAD needs what GET needs, other methods are denied, overrides are not read', async () => {
      const head = await ask(`HEAD /v3/licenses/42 HTTP/1.1\r\n${auth()}`)
      assert.deepEqual([head.status, head.body], [200, ''])
      assert.equal((await ask(`HEAD /v3/account HTTP/1.1\r\n${auth()}`)).status, 403)
      assert.equal((await ask('HEAD /v3/licenses HTTP/1.1')).status, 401)
      const cors = 'Origin: https://evil.test\r\nAccess-Control-Request-Method: DELETE'
      for (const line of ['OPTIONS /v3/account HTTP/1.1', `OPTIONS /v3/account HTTP/1.1\r\n${cors}`, 'TRACE /v3/account HTTP/1.1', 'PROPFIND /v3/account HTTP/1.1', 'QUERY /v3/account HTTP/1.1', 'get /ping HTTP/1.1', 'Get /ping HTTP/1.1', `${'A'.repeat(300)} /ping HTTP/1.1`, ' /ping HTTP/1.1']) {
        for (const sent of [line, `${line}\r\n${auth()}`]) {
          const [status] = await denied(sent)
          assert.ok(status === 0 || status >= 400, `${sent.slice(0, 40)}: ${status}`)
        }
      }
      for (const name of ['X-HTTP-Method-Override', 'X-Method-Override', 'X-HTTP-Method']) {
        assert.deepEqual(await denied(`DELETE /v3/account HTTP/1.1\r\n${name}: GET\r\n${auth()}`), [403, 'insufficient_scope'])
        assert.equal((await ask(GET('/v3/licenses', auth(), `${name}: DELETE`))).json.decided, 'GET /v3/licenses')
      }
      assert.deepEqual(await denied(`DELETE /v3/account?_method=GET HTTP/1.1\r\n${auth()}`), [403, 'insufficient_scope'])
    })

    test('RTE-10 only the path counts', async () => {
      for (const path of ['/v3/account?x=/ping', '/v3/account?/../ping', '/v3/account?/../../ping']) {
        assert.deepEqual(await denied(GET(path, auth())), [403, 'insufficient_scope'], path)
        assert.equal((await denied(GET(path)))[0], 401)
      }
      for (const path of ['/v3/account#/ping', '/v3/account#/../../ping', '/v3/account%3fping', '/v3/account%23/ping', '/ping#/v3/account']) {
        const [status] = await denied(GET(path))
        assert.ok(status === 0 || status >= 400, `${path}: ${status}`)
      }
      for (const name of ['X-Forwarded-Uri', 'X-Original-URL', 'X-Rewrite-URL', 'X_Original_Url', 'X-Forwarded-Path', 'X-Forwarded-Prefix']) {
        assert.deepEqual(await denied(GET('/v3/account', auth(), `${name}: /ping`)), [403, 'insufficient_scope'], name)
      }
    })

    test('RTE-11 a target that is no path is cut where everybody cuts it, or refused', async () => {
      assert.equal((await ask(GET('http://evil.test/v3/licenses/42', auth()))).json.route, 'GET /v3/licenses/{id}')
      assert.equal((await ask(GET('http://evil.test:8080/ping'))).json.route, 'GET /ping')
      assert.deepEqual(await denied(GET('http://evil.test/v3/account', auth())), [403, 'insufficient_scope'])
      const odd = ['http://evil.test', 'http://evil.test?/ping', 'http://evil.test\\v3\\account/ping', 'http://evil.test\\v3/account?/ping', 'http://evil.test#/ping', 'http://u:p@evil.test\\/ping', 'http:/v3/account', 'http:v3/account', 'https:///v3/account', 'ftp://evil.test/v3/account', 'x://v3/account', '//ping', '//evil.test/ping', '///ping', '*', 'ping', '?', '']
      for (const target of odd) {
        for (const method of ['GET', 'OPTIONS']) {
          const { status, json } = await ask(`${method} ${target} HTTP/1.1`)
          // Either nobody was let in, or everybody agrees on an open route.
          if (status === 200) assert.deepEqual([json.route, json.decided], ['GET /ping', 'GET /ping'], target)
          else assert.ok(status === 0 || status >= 400, `${target}: ${status}`)
          const known = await ask(`${method} ${target} HTTP/1.1\r\n${auth()}`)
          if (known.status === 200) assert.deepEqual([known.json.route, known.json.decided], ['GET /ping', 'GET /ping'], target)
        }
      }
      for (const line of ['CONNECT evil.test:443 HTTP/1.1', 'OPTIONS * HTTP/1.1', `GET /${'a'.repeat(9000)} HTTP/1.1`]) {
        const [status] = await denied(`${line}\r\n${auth()}`)
        assert.ok(status === 0 || status >= 400, `${line.slice(0, 40)}: ${status}`)
      }
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
      assert.deepEqual(await denied('POST /v3/licenses HTTP/1.1', body), [401, 'missing'])
      assert.deepEqual(await denied('POST /v3/licenses?userId=root HTTP/1.1\r\nX-Portcullis-Owner: root', body), [401, 'missing'])
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
