// A program that opens documents and never yields: no finalizer runs, and the memory of the module stays bounded.

const memories = []
const { Instance } = WebAssembly

// The package makes its instance at the first use, so this stands before it.
WebAssembly.Instance = class extends Instance {
  constructor(...rest) {
    super(...rest)
    memories.push(this.exports.memory)
  }
}

/** Opens `count` records, and a hundredth of that policies; throws if the module needs more memory than a few thousand. */
export function endless({ Policy }, document, record, count = 40_000) {
  const policy = new Policy(document)
  for (let number = 0; number < count; number++) policy.open(record)
  for (let number = 0; number < count / 100; number++) void new Policy(document)
  const bytes = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)
  if (memories.length === 0 || bytes > 64 * 2 ** 20) throw new Error(`${memories.length} memories with ${bytes} bytes`)
}
