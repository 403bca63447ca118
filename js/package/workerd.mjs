import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { build } from 'esbuild'
import { Miniflare } from 'miniflare'

/** Bundles a worker as wrangler does, starts it in workerd, sends it one request, and returns the text it answers. */
export async function inWorkerd(entry, init = {}) {
  let module
  const bundle = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    plugins: [
      {
        name: 'compiled wasm',
        setup: ({ onResolve }) => {
          onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
            module = readFileSync(join(resolveDir, path))
            return { path: './portcullis.wasm', external: true }
          })
        },
      },
    ],
  })
  const miniflare = new Miniflare({
    compatibilityDate: '2026-04-01',
    modules: [
      { type: 'ESModule', path: 'worker.mjs', contents: bundle.outputFiles[0].text },
      { type: 'CompiledWasm', path: 'portcullis.wasm', contents: module },
    ],
    kvNamespaces: ['TOKENS'],
  })
  try {
    const response = await miniflare.dispatchFetch('http://api.acme.test/', init)
    const text = await response.text()
    if (response.status !== 200) throw new Error(text)
    return text
  } finally {
    await miniflare.dispose()
  }
}
