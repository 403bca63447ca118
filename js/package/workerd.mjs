import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { build } from 'esbuild'
import { Miniflare } from 'miniflare'

/** The modules of a worker, bundled as wrangler does: its code, and the WebAssembly that it imports, if any. */
export async function bundled(entry) {
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
  return [
    { type: 'ESModule', path: 'worker.mjs', contents: bundle.outputFiles[0].text },
    ...(module === undefined ? [] : [{ type: 'CompiledWasm', path: 'portcullis.wasm', contents: module }]),
  ]
}

/**
 * Starts a bundled worker in workerd: a Miniflare, to be disposed of.
 *
 * `records` stand in its key-value store TOKENS; `origin` answers what it fetches; `bindings` are plain values; `more`
 * is whatever else Miniflare is to know.
 */
export async function startWorkerd(entry, { records = {}, origin, bindings = {}, more = {} } = {}) {
  const miniflare = new Miniflare({
    compatibilityDate: '2026-04-01',
    modules: await bundled(entry),
    kvNamespaces: ['TOKENS'],
    bindings,
    ...(origin === undefined ? {} : { outboundService: origin }),
    ...more,
  })
  const store = await miniflare.getKVNamespace('TOKENS')
  for (const [id, text] of Object.entries(records)) await store.put(id, text)
  return miniflare
}

/** Starts a worker, sends it one request, and returns the text it answers; `expected` is the status. */
export async function inWorkerd(entry, { path = '/', records, origin, expected = 200, ...init } = {}) {
  const miniflare = await startWorkerd(entry, { records, origin })
  try {
    const response = await miniflare.dispatchFetch(`http://api.acme.test${path}`, init)
    const text = await response.text()
    if (response.status !== expected) throw new Error(`${response.status}: ${text}`)
    return text
  } finally {
    await miniflare.dispose()
  }
}
