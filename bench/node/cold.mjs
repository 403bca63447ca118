// From nothing to the first answer, in fresh processes that take turns: `node bench/node/cold.mjs`.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ROUNDS = 31

const PROGRAMS = {
  'nothing': '',
  'node:crypto and find-my-way': `
    const { createHash } = await import('node:crypto')
    const { default: findMyWay } = await import('find-my-way')
    const router = findMyWay()
    router.on('GET', '/books/:id', () => {}, { permission: 'book:read' })
    if (createHash('sha256').update('x').digest('hex').length !== 64 || router.find('GET', '/books/7') === null) throw new Error('no answer')`,
  'portcullis': decide('entry/index.js'),
  'portcullis/gate': decide('entry/gate/index.js'),
  '@cedar-policy/cedar-wasm': `
    const { createRequire } = await import('node:module')
    const cedar = createRequire(${JSON.stringify(import.meta.url)})('@cedar-policy/cedar-wasm/nodejs')
    const answer = cedar.isAuthorized({
      principal: { type: 'Token', id: 'x' }, action: { type: 'Action', id: 'read' }, resource: { type: 'Book', id: '7' }, context: {},
      policies: { staticPolicies: 'permit(principal, action == Action::"read", resource);' }, entities: [],
    })
    if (answer.type !== 'success' || answer.response.decision !== 'allow') throw new Error(JSON.stringify(answer))`,
}

const here = fileURLToPath(new URL('.', import.meta.url))
const taken = new Map(Object.keys(PROGRAMS).map((name) => [name, []]))
for (let round = 0; round < ROUNDS; round++) {
  const names = Object.keys(PROGRAMS)
  for (let turn = 0; turn < names.length; turn++) {
    const name = names[(round + turn) % names.length]
    taken.get(name).push(fresh(PROGRAMS[name]))
  }
}

const nothing = middle('nothing', 'rss')
console.log(`${'import and first answer, Node'.padEnd(32)}${'ms'.padStart(8)}${'MB more'.padStart(10)}${'x portcullis/gate'.padStart(20)}`)
for (const name of taken.keys()) {
  const ratio = median(taken.get(name).map(({ ms }, round) => ms / taken.get('portcullis/gate')[round].ms))
  console.log(`${name.padEnd(32)}${middle(name, 'ms').toFixed(1).padStart(8)}${(middle(name, 'rss') - nothing).toFixed(1).padStart(10)}${ratio.toFixed(2).padStart(20)}`)
}

/** One request, decided by the package as its users import it. */
function decide(entry) {
  const policy = {
    portcullis: 1,
    name: 'library',
    realm: 'Library',
    transports: ['bearer'],
    resources: { book: {} },
    routes: [{ crud: '/books', needs: 'book' }],
    kinds: { personal: { prefix: 'lib_pat', may: { revoke: ['owner'] } } },
  }
  return `
    const { Policy } = await import(${JSON.stringify(new URL(`../../js/dist/${entry}`, import.meta.url).href)})
    const policy = new Policy(${JSON.stringify(policy)})
    const decision = policy.decide({ method: 'GET', target: '/books/7' }, { token: null })
    if (decision.reason !== 'missing') throw new Error(decision.reason)`
}

/** Milliseconds in the program itself, the start of Node not among them, and resident megabytes at its end. */
function fresh(program) {
  const whole = `const begun = performance.now()\n${program}\nconst ms = performance.now() - begun\nconsole.log(JSON.stringify({ ms, rss: process.memoryUsage.rss() / 2 ** 20 }))`
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '--eval', whole], { cwd: here, encoding: 'utf8' }))
}

function middle(name, figure) {
  return median(taken.get(name).map((run) => run[figure]))
}

function median(figures) {
  return figures.toSorted((a, b) => a - b)[figures.length >> 1]
}
