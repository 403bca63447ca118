// Runtimes at the edge: they get a bundle, a compiled module beside it, and requests.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { build } from 'esbuild'

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

/** As Next does it: `?module` becomes a global that holds the compiled module. */
async function edgeBundle(entry) {
  let module
  const bundle = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    conditions: ['edge-light'],
    plugins: [
      {
        name: 'compiled wasm',
        setup: ({ onResolve, onLoad }) => {
          onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => {
            module = new WebAssembly.Module(readFileSync(join(resolveDir, path.slice(0, -'?module'.length))))
            return { path, namespace: 'compiled' }
          })
          onLoad({ filter: /.*/, namespace: 'compiled' }, () => ({ contents: 'export default wasm_portcullis' }))
        },
      },
    ],
  })
  return { code: bundle.outputFiles[0].text, module }
}

export const workers = [workerd, edge]
