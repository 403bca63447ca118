// The npm package as `cargo xtask build` leaves it.

/** Absent when the package has not been built. */
export async function portcullis({ policy: document, tokens, now }) {
  const entry = new URL('../../../js/dist/entry/index.js', import.meta.url)
  const { Policy } = await import(entry).catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    console.log('portcullis skipped: build it with cargo xtask build\n')
    return {}
  })
  if (Policy === undefined) return []

  const policy = new Policy(document)
  const opened = tokens.map(({ record }) => policy.open(record))
  const byId = new Map(tokens.map(({ record }, index) => [record.id, opened[index]]))

  return [
    {
      name: 'portcullis',
      check({ method, target, authorization, token }) {
        const decision = policy.decide({ method, target, authorization }, { token: opened[token], now })
        return decision.allow ? 200 : decision.status
      },
    },
    {
      name: 'portcullis, looked up',
      check({ method, target, authorization }) {
        const attempt = { method, target, authorization }
        const id = policy.identify(attempt)
        if (typeof id !== 'string') return id.status
        const decision = policy.decide(attempt, { token: byId.get(id) ?? null, now })
        return decision.allow ? 200 : decision.status
      },
    },
  ]
}
