/** A key-value store with the methods of KV, whose entries can be looked at. */
export function namespace() {
  const entries = new Map()
  return {
    entries,
    get: async (key) => entries.get(key) ?? null,
    put: async (key, value) => void entries.set(key, value),
  }
}
