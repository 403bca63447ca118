// Bundles a worker and starts it in workerd, as `wrangler dev` does in a project of your own.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// The package and the tools that it is built with stand beside this folder: nothing is installed twice.
const js = fileURLToPath(new URL('../../js/', import.meta.url))
const { build } = createRequire(js)('esbuild')
const { Miniflare } = createRequire(js)('miniflare')

/**
 * Resolves to a Miniflare that listens on `port` of 127.0.0.1, with these records in its key-value store TOKENS.
 * What the worker fetches goes to `upstream`, as it goes to your origin from a worker on a route of your zone.
 */
export async function startWorker(entry, { port = 0, upstream, records = {} } = {}) {
  const { code, modules } = await bundle(entry)
  const miniflare = new Miniflare({
    host: '127.0.0.1',
    port,
    upstream,
    compatibilityDate: '2026-04-01',
    modules: [{ type: 'ESModule', path: 'worker.js', contents: code }, ...modules],
    kvNamespaces: ['TOKENS'],
  })
  const store = await miniflare.getKVNamespace('TOKENS')
  await Promise.all(Object.entries(records).map(([id, record]) => store.put(id, JSON.stringify(record))))
  return miniflare
}

/** One file of JavaScript, and the WebAssembly that it imports: workerd takes that compiled, never as bytes. */
async function bundle(entry) {
  const modules = []
  const portcullis = {
    name: 'portcullis',
    setup({ onResolve, resolve }) {
      // In a project of your own the package is found in node_modules.
      onResolve({ filter: /^portcullis$/ }, ({ path, kind, pluginData: again }) =>
        again ? undefined : resolve(path, { kind, resolveDir: js, pluginData: true }),
      )
      onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
        modules.push({ type: 'CompiledWasm', path: 'portcullis.wasm', contents: readFileSync(join(resolveDir, path)) })
        return { path: './portcullis.wasm', external: true }
      })
    },
  }
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    plugins: [portcullis],
  })
  return { code: outputFiles[0].text, modules }
}
