// Runtimes at the edge: they get a bundle, a compiled module beside it, and requests.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { edgeBundle } from '../../package/edge-runtime.mjs'
import { root } from '../../package/packed.mjs'
import { inWorkerd } from '../../package/workerd.mjs'
import { versionOf } from './installed.mjs'

const workerd = {
  name: 'workerd',
  host: true,
  runtime: 'workerd',
  how: 'import, esbuild',
  async answer({ folder, vectors }) {
    const body = readFileSync(vectors, 'utf8')
    const version = versionOf('workerd', join(root, 'node_modules/workerd/package.json'))
    return { version, ...JSON.parse(await inWorkerd(join(folder, 'worker.mjs'), { method: 'POST', body })) }
  },
}

const edge = {
  name: 'edge-runtime',
  host: true,
  runtime: 'Vercel edge-runtime',
  how: 'import, esbuild',
  async answer({ folder, vectors }) {
    const { EdgeRuntime } = await import('edge-runtime')
    const { code, module } = await edgeBundle(join(folder, 'edge.mjs'))
    const runtime = new EdgeRuntime({ initialCode: code, extend: (context) => Object.assign(context, { wasm_portcullis: module }) })
    const response = await runtime.dispatchFetch('https://api.acme.test/', { method: 'POST', body: readFileSync(vectors, 'utf8') })
    const text = await response.text()
    if (response.status !== 200) throw new Error(text)
    return { version: versionOf('edge-runtime'), ...JSON.parse(text) }
  },
}

export const workers = [workerd, edge]
