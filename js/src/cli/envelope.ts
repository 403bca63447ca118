import type { CompiledDocument } from '../policy/compiled.js'
import type { PolicyDocument } from '../policy/document.js'
import { version } from './version.js'

/** The compiled form of a policy. Fields are sorted, so that equal policies compile to equal files. */
export function envelope(document: object, fingerprint: string): CompiledDocument {
  return { compiled: 1, by: `portcullis ${version}`, fingerprint, policy: sorted(document) as PolicyDocument }
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(fields.map(([name, field]) => [name, sorted(field)]))
}
