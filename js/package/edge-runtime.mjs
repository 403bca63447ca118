import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { build } from 'esbuild'

/**
 * Bundled as Next does it for Vercel's edge runtime: `?module` becomes a global, `wasm_portcullis`, that holds the
 * compiled module. `define` is what is known when it is built, such as `process.env`.
 */
export async function edgeBundle(entry, define = {}) {
  let module
  const bundle = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    conditions: ['edge-light'],
    define,
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
