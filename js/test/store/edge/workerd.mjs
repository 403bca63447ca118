// workerd with databases and key-value stores, and without a worker of one's own.
import { readFileSync } from 'node:fs'

import { Miniflare } from 'miniflare'

/** A Miniflare whose bindings are asked from here, to be disposed of. `more` is whatever it is to know besides. */
export function bare(more) {
  const script = 'export default { fetch: () => new Response(null, { status: 404 }) }'
  return new Miniflare({ compatibilityDate: '2026-04-01', modules: true, script, ...more })
}

/** The workerds that this process started, where the system says so. */
export function workerds() {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ')
  return children.filter((pid) => pid !== '' && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'workerd').map(Number)
}
