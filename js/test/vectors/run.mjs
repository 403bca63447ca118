// Answers the shared vectors, as tests/vectors/README.md says, with nothing that a platform might lack.

/**
 * @param sdk what a program gets from `portcullis`
 * @param fixtures the document `fixtures.json`
 * @param files every other document, as `[name, document]`
 * @returns for each file its `name`, `title`, `lines` and `failures`
 */
export function answer({ Policy, PolicyError, SubjectError }, fixtures, files) {
  const opened = new Map()
  const kinds = { decisions: decision, policies: policyDocument, subjects: subjectDocument }

  return files.map(([name, document]) => {
    const failures = []
    const lines = document.vectors.map((own) => {
      const vector = { ...fixtures.defaults, ...document.defaults, ...own }
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
    const early = ['bad_path', 'missing', 'malformed', 'not_a_token'].includes(decision.reason)
    const open_ = decision.allow && decision.details.token === null
    const found = policy.identify(attempt)
    if (typeof found === 'string' ? early || open_ : found.text('operator') !== full) {
      complaints.push('identify says something else than decide')
    }
    return [line, complaints]
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

/** Why `actual` does not hold everything that `expected` says; objects may hold more. */
function difference(expected, actual, at) {
  const objects = [expected, actual].every((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
  if (objects) {
    for (const [name, value] of Object.entries(expected)) {
      const found = difference(value, actual[name] ?? null, `${at}/${name}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  const same = JSON.stringify(expected) === JSON.stringify(actual)
  return same ? undefined : `${at}: expected ${JSON.stringify(expected)}, not ${JSON.stringify(actual)}`
}
