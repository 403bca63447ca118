// Random policies, the routes of an application that belongs to each, and targets that are near its templates.
import { Policy } from 'portcullis'

import { NOW, token } from '../../support/acme.mjs'

const LITERALS = ['files', 'jobs', 'purge', 'me', 'k', 'list']
const VALUES = ['7', 'acme', 'acme-prod', 'acme-v1', 'a.b.c', '1-v-2', '1-V-2', 'x:purge', '~', ...LITERALS]
const KIND = { prefix: 'ro_pat', may: { revoke: ['owner'] } }

/** What a template is made of; a parameter is written `{}` until it gets its name. */
const SEGMENTS = {
  parameter: ['{}'],
  pattern: ['{}-{}', '{}.{}', '{}-v-{}', 'v{}', '{}.json', '{}-{}-{}'],
}

/** A template that has this shape, with names for its parameters. */
function named(shape) {
  let next = 0
  return shape.replace(/\{(\.\.\.)?\}/g, (_, rest = '') => `{p${next++}${rest}}`)
}

/** The same without the names. */
export function shapeOf(template) {
  return template.replace(/\{\w+(\.\.\.)?\}/g, (_, rest = '') => `{${rest}}`)
}

/** The shape without a slash at its end, which some policies ignore. */
const slashless = (template) => shapeOf(template).replace(/(?<=.)\/$/, '')

function shape(random, kinds) {
  const segments = []
  const length = 1 + random.below(3)
  for (let place = 0; place < length; place++) {
    const last = place === length - 1
    const roll = random.below(100)
    if (last && roll < 14) segments.push('{...}')
    else if (roll < 52) segments.push(random.pick(LITERALS))
    else if (roll < 84 || !kinds.includes('pattern')) segments.push('{}')
    else segments.push(random.pick(SEGMENTS.pattern))
  }
  // A slash of its own at the end.
  if (random.chance(8) && segments.at(-1) !== '{...}') segments.push('')
  return `/${segments.join('/')}`
}

/** What a route asks for: nothing, any token, a permission of its own, or one on an instance in the path. */
function requirement(random, number, template) {
  const roll = random.below(100)
  const [, parameter] = /\{(\w+)\}/.exec(template) ?? []
  if (roll < 30) return { open: true }
  if (roll < 38) return { authenticated: true }
  return { needs: roll < 65 && parameter !== undefined ? `base/{${parameter}}:read` : `r${number}:read` }
}

/** One policy with its application: routes that both have, and now and then one that only the application has, in `more` of a hundred. */
export function scenarioOf(random, { kinds = ['pattern'], paths = {}, more = 25 } = {}) {
  const shapes = new Set()
  const count = 2 + random.below(4)
  for (let tries = 0; shapes.size < count && tries < 20; tries++) {
    const first = shape(random, kinds)
    shapes.add(first)
    // The routes that are confused are those that are near each other.
    if (random.chance(60)) shapes.add(near(random, first))
  }
  const routes = [...shapes].slice(0, 6).map((each, number) => {
    const template = named(each)
    return { method: random.chance(80) ? 'GET' : 'POST', template, requirement: requirement(random, number, template) }
  })
  const other = named(shape(random, kinds))
  const extra = random.chance(more) && !routes.some(({ template }) => slashless(template) === slashless(other)) ? [{ method: 'GET', template: other, requirement: null }] : []
  const grants = routes.flatMap(({ requirement: { needs } }, number) => (needs === `r${number}:read` && random.chance(50) ? [needs] : []))
  for (const value of VALUES) if (/^[a-z0-9-]+$/.test(value) && random.chance(30)) grants.push(`base/${value}:read`)
  return {
    paths: { ...pathRules(random), ...paths },
    routes,
    extra,
    order: random.shuffled([...routes.keys(), ...extra.map((_, number) => routes.length + number)]),
    // The root of a router that is mounted is its mount path, without a slash.
    mounts: [...routes, ...extra].map(({ template }) => (random.chance(25) && !template.endsWith('/') ? 1 + random.below(2) : 0)),
    grants: random.chance(80) ? grants : null,
  }
}

/** A shape that differs in one segment: another kind of it, one more or one less. */
function near(random, from) {
  const segments = from.slice(1).split('/')
  const place = random.below(segments.length)
  const roll = random.below(5)
  if (roll === 0) return `/${[...segments.slice(0, place), '{...}'].join('/')}`
  if (roll === 1) return `/${[...segments.filter((each) => each !== '{...}' && each !== ''), random.pick([...LITERALS, '{}', '{...}'])].join('/')}`
  if (roll === 2 && segments.length > 1) return `/${segments.slice(0, -1).join('/')}`
  segments[place] = place === segments.length - 1 ? random.pick(['{}', '{...}', ...LITERALS]) : random.pick(['{}', ...LITERALS])
  return `/${segments.join('/')}`
}

function pathRules(random) {
  return {
    ...(random.chance(25) ? { trailingSlash: 'ignore' } : {}),
    ...(random.chance(25) ? { case: 'ignore' } : {}),
    ...(random.chance(25) ? { semicolon: 'literal' } : {}),
  }
}

/** The policy of a scenario and a token under it; `null` where the routes make no policy. */
export function opened({ paths, routes, grants }) {
  const resources = { base: { instances: true } }
  for (const number of routes.keys()) resources[`r${number}`] = {}
  const document = {
    portcullis: 1, name: 'random', realm: 'Random', paths, resources, kinds: { personal: KIND },
    routes: routes.map(({ method, template, requirement }) => ({ on: `${method} ${template}`, ...requirement })),
  }
  let policy
  try {
    policy = new Policy(document)
  } catch (error) {
    if (error.name === 'PolicyError') return null
    throw error
  }
  const held = grants === null ? null : token({ grants: grants.length === 0 ? ['r0:delete'] : grants }, policy)
  return { policy, held, now: NOW }
}

const CASES = { k: '\u212a' }

/** A target that is near one of the templates. */
export function targetOf(random, { routes, extra }) {
  const { method, template } = random.pick([...routes, ...extra])
  let path = template.replace(/\{\w+(\.\.\.)?\}/g, (_, rest) => {
    if (rest === undefined) return random.chance(4) ? '' : random.pick(VALUES)
    return Array.from({ length: random.below(3) }, () => random.pick(VALUES)).join('/')
  })
  for (let changes = random.below(3); changes > 0; changes--) path = changed(random, path)
  const asked = random.chance(88) ? method : random.pick(['GET', 'POST', 'HEAD', 'PUT'])
  return { method: asked, target: random.chance(6) ? `${path}?a=/${random.pick(LITERALS)}` : path }
}

function changed(random, path) {
  const at = random.below(path.length)
  const around = (text) => path.slice(0, at) + text + path.slice(at + 1)
  const letter = path.charAt(at)
  switch (random.below(13)) {
    case 0: return `${path}/`
    case 1: return path.length > 1 ? path.replace(/\/[^/]*$/, '') || '/' : path
    case 2: return path.replace(/\/$/, '') || '/'
    case 3: return around(swapped(letter))
    case 4: return around(encoded(letter))
    case 5: return around(encoded(swapped(letter)))
    case 6: return around(`%25${encoded(letter).slice(1)}`)
    case 7: return path.replace('k', encodeURIComponent(CASES.k))
    case 8: return around(`${letter}/`)
    case 9: return around(`${letter}${random.pick(['%2F', '%2f', ';', '%3B', '.', '-', '%2D', '%25', '+', '%20', '%C3%BC'])}`)
    case 10: return `${path}/${random.pick(VALUES)}`
    case 11: return `/${random.pick(VALUES)}${path}`
    default: return path.toUpperCase()
  }
}

const swapped = (letter) => (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase())
const encoded = (letter) => (letter === '/' || letter === '' ? letter : `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`)
