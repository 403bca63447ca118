// Answers the shared vectors, as tests/vectors/README.md says, with nothing that a platform might lack.

/**
 * @param sdk what a program gets from `portcullis`
 * @param fixtures the document `fixtures.json`
 * @param files every other document, as `[name, document]`
 * @returns for each file its `name`, `title`, `lines` and `failures`
 */
export function answer(sdk, fixtures, files) {
  const { Policy, PolicyError, SubjectError, RequestError } = sdk
  const opened = new Map()
  const kinds = { decisions: decision, policies: policyDocument, subjects: subjectDocument }
  const verbs = {
    apply: (policy, request, { now, entropy, key }) =>
      entropy === undefined ? policy.preview(request, { now, auditKey: key }) : policy.apply(request, { now, entropy, auditKey: key }),
    due: (policy, record, { now }) => policy.due(record, { now }),
    target: (policy, request) => policy.target(request),
    overview: (policy, request, { now }) => policy.overview(request, { now }),
    reach: (policy, request) => policy.reach(request),
    verifyTrail: (_, request, { key }) => sdk.verifyTrail(request, key),
    replay: (_, request) => sdk.replay(request),
    letters: (_, request) => sdk.letters(JSON.parse(request).notices),
  }
  for (const verb of Object.keys(verbs)) kinds[verb] = (vector) => living(verb, vector)

  return files.map(([name, document]) => {
    const failures = []
    const lines = document.vectors.map((own) => {
      const vector = { ...fixtures.defaults, ...document.defaults, ...own }
      vector.command = { ...fixtures.defaults.command, ...document.defaults?.command, ...own.command }
      vector.attempt = { ...fixtures.defaults.attempt, ...document.defaults?.attempt, ...own.attempt }
      const [line, complaints] = kinds[document.kind ?? 'decisions'](vector)
      failures.push(...complaints.map((complaint) => `${name}: ${vector.says}: ${complaint}`))
      return line
    })
    return { name, title: document.title, lines, failures }
  })

  function decision(vector) {
    const policy = open(vector.policy)
    const token =
      vector.record === null || vector.record === 'unavailable' ? vector.record : policy.open(stored(vector.record))
    const subject = built('subjects', vector.subject)
    const facts = { token, subject: subject === null ? null : policy.subject(subject), now: Date.parse(vector.now) }
    const { method, target, needs, ...from } = expanded(vector.attempt)
    const attempt = typeof needs === 'string' ? { ...from, needs } : { ...from, method, target }
    const decision = policy.decide(attempt, facts)
    const line = decision.text(vector.level ?? 'operator')
    const answer = JSON.parse(line)
    const complaints = [difference(vector.expect, answer, '')].filter((found) => found !== undefined)
    for (const absent of vector.absent ?? []) if (absent in answer) complaints.push(`${absent} stands in an answer of this level`)

    const full = decision.text('operator')
    if (decision.reason !== decision.details.reason || decision.status !== decision.details.status) {
      complaints.push('the verdict says something else than the details')
    }
    const early = ['bad_path', 'target_too_long', 'missing', 'malformed', 'not_a_token'].includes(decision.reason)
    const open_ = decision.allow && decision.details.token === null
    const found = policy.identify(attempt)
    if (typeof found === 'string' ? early || open_ : found.text('operator') !== full) {
      complaints.push('identify says something else than decide')
    }
    return [line, complaints]
  }

  /** A question about a token's life. The line is written as the core writes it: nothing in it misleads a reader. */
  function living(verb, vector) {
    const key = vector.key === null ? undefined : new TextEncoder().encode(text(vector.key))
    const options = { now: Date.parse(vector.now), entropy: entropy(vector.entropy), key }
    try {
      const answer = verbs[verb](open(vector.policy), request(verb, vector), options)
      const line = JSON.stringify(answer).replace(MISLEADING, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
      if (vector.problems !== undefined) return [line, [`expected ${JSON.stringify(vector.problems)}`]]
      const expected = expanded(vector.expect ?? null)
      const places = [...(verb === 'apply' ? TOLD : []), ...(vector.whole ?? [])]
      const complaints = [difference(expected, answer, ''), ...places.map((place) => more(expected, answer, place))]
      return [line, complaints.filter((complaint) => complaint !== undefined)]
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      const [line, complaints] = found(vector, error.problems, [])
      return [line, vector.problems === undefined ? [`expected an answer, not ${line}`] : complaints]
    }
  }

  /** Events list fields in the order in which a record has them, so every host is handed the same order. */
  function request(verb, vector) {
    const record = vector.record === null ? 'null' : lifeRecord(vector.record)
    if (verb === 'due') return record
    const actor = built('actors', vector.actor)
    if (typeof actor?.token === 'string' || actor?.token?.like !== undefined) actor.token = built('records', actor.token)
    const command = expanded(vector.command)
    if (verb === 'apply') {
      const store = expanded(vector.store ?? null)
      for (const name of ['firstRead', 'replaces']) if (store?.[name]) store[name] = built('records', vector.store[name])
      return `{"record":${record},"command":${sorted(command)},"actor":${sorted(actor)},"presented":${sorted(expanded(vector.presented ?? null))},"store":${sorted(store)}}`
    }
    if (verb === 'target') return sorted({ command, actor })
    const written = expanded(vector.request)
    if (vector.request.record !== undefined) written.record = built('records', vector.request.record)
    if (vector.request.actor !== undefined) written.actor = built('actors', vector.request.actor)
    for (const shelf of ['records', 'events', 'notices']) {
      if (Array.isArray(vector.request[shelf])) written[shelf] = vector.request[shelf].map((one) => built(shelf, one))
    }
    return sorted(written)
  }

  function lifeRecord(value) {
    const document = written('records', value)
    return typeof document === 'string' ? document : sorted(document)
  }

  function policyDocument(vector) {
    try {
      return found(vector, [], new Policy(written('policies', vector.policy)).lints)
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error
      return found(vector, error.problems, [])
    }
  }

  function subjectDocument(vector) {
    try {
      open(vector.policy).subject(written('subjects', vector.subject))
      return found(vector, [], [])
    } catch (error) {
      if (!(error instanceof SubjectError)) throw error
      return found(vector, error.problems, [])
    }
  }

  function open(document) {
    const key = JSON.stringify(document)
    if (!opened.has(key)) opened.set(key, new Policy(written('policies', document)))
    return opened.get(key)
  }

  /** A document as the SDK takes it: the text that a vector gives, or the object that it describes. */
  function written(shelf, value) {
    return typeof value?.json === 'string' ? text(value.json) : built(shelf, value)
  }

  /** A record as most stores return it. As text it may also hold numbers that JavaScript would round. */
  function stored(value) {
    const document = written('records', value)
    return typeof document === 'string' ? document : JSON.stringify(document)
  }

  function built(shelf, value) {
    if (typeof value === 'string') return built(shelf, fixtures[shelf][value])
    if (value === null || typeof value !== 'object' || !('like' in value)) return expanded(value)
    const { like, without = [], ...own } = value
    const base = built(shelf, like)
    for (const name of without) delete base[name]
    return { ...base, ...expanded(own) }
  }

  function expanded(value) {
    if (typeof value === 'string') return text(value)
    if (Array.isArray(value)) {
      return value.flatMap((item) => (item?.times === undefined ? [expanded(item)] : Array(item.times).fill(expanded(item.of))))
    }
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, expanded(inner)]))
  }

  /** `{ada}` is the plaintext of that name, `{x*5}` is `xxxxx`; other braces stay. */
  function text(value) {
    return value.replace(/\{([^}]*)\}|\{/g, (whole, inside) => {
      if (inside === undefined) return whole
      if (Object.hasOwn(fixtures.tokens, inside)) return fixtures.tokens[inside]
      const [, unit, times] = /^([^]*)\*(\d+)$/.exec(inside) ?? []
      return unit === undefined ? `{${text(whole.slice(1))}` : unit.repeat(Number(times))
    })
  }
}

const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0)

/** Every problem and lint that the vector names is there, and no problem where it names none. */
function found({ problems: expected = [], lints: linted = [] }, problems, lints) {
  const listed = (list) => {
    const sorted = [...list].sort((a, b) => order(a.path, b.path) || order(a.code, b.code))
    return sorted.map(({ path, code }) => ({ code, path }))
  }
  const found = { lints: listed(lints), problems: listed(problems) }
  const has = (list, { path, code }) => list.some((other) => other.path === path && other.code === code)
  const complaints = expected.filter((problem) => !has(found.problems, problem)).map((problem) => `expected ${JSON.stringify(problem)}`)
  complaints.push(...linted.filter((lint) => !has(found.lints, lint)).map((lint) => `expected the lint ${JSON.stringify(lint)}`))
  if (expected.length === 0 && problems.length > 0) complaints.push(`expected no problem, not ${JSON.stringify(found.problems)}`)
  return [JSON.stringify(found), complaints]
}

/** JSON text with the fields of every object in the order of their names. */
function sorted(value) {
  if (Array.isArray(value)) return `[${value.map(sorted).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const fields = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${sorted(value[name])}`)
  return `{${fields.join(',')}}`
}

const MISLEADING = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** The 128 bytes that a number stands for: the highest bytes of an xorshift that starts at the number times 0x9E3779B9. */
function entropy(seed) {
  if (seed === null) return undefined
  let state = Math.imul(seed, 0x9e3779b9)
  return Uint8Array.from({ length: 128 }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 24
  })
}

/** Lists of an answer to `apply` that hold nothing but what the vector names. */
const TOLD = ['/change/notices', '/change/warnings', '/refusal/notices']

/** What stands at a place of the answer beside what is expected there; a list that nobody expects is empty. */
function more(expected, actual, place) {
  const names = place.split('/').slice(1)
  const [wanted, found] = [expected, actual].map((whole) => names.reduce((value, name) => value?.[name], whole) ?? [])
  const same = difference(wanted, found, '') === undefined && difference(found, wanted, '') === undefined
  return same ? undefined : `${place}: expected ${JSON.stringify(wanted)} and nothing else, not ${JSON.stringify(found)}`
}

/** Why `actual` does not hold everything that `expected` says; objects may hold more, lists may not. */
function difference(expected, actual, at) {
  const objects = [expected, actual].every((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
  if (objects) {
    for (const [name, value] of Object.entries(expected)) {
      const found = difference(value, actual[name] ?? null, `${at}/${name}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length) {
    for (const [index, value] of expected.entries()) {
      const found = difference(value, actual[index], `${at}/${index}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  const same = JSON.stringify(expected) === JSON.stringify(actual)
  return same ? undefined : `${at}: expected ${JSON.stringify(expected)}, not ${JSON.stringify(actual)}`
}
