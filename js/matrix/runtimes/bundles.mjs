// Bundlers: each makes one file of the same program, and that file runs where the package is not installed.
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { nodeResolve } from '@rollup/plugin-node-resolve'
import esbuild from 'esbuild'
import { rollup } from 'rollup'
import * as vite from 'vite'

import { versionOf } from './installed.mjs'
import { answered } from './processes.mjs'

const webpack = createRequire(import.meta.url)('webpack')

const BUNDLERS = [
  {
    name: 'esbuild',
    version: esbuild.version,
    bundle: (entry, outfile) => esbuild.build({ entryPoints: [entry], bundle: true, format: 'esm', platform: 'browser', minify: true, outfile, logLevel: 'error' }),
  },
  {
    name: 'vite',
    version: vite.version,
    bundle: (entry, outfile, folder) =>
      vite.build({
        root: folder,
        configFile: false,
        logLevel: 'error',
        build: { outDir: join(outfile, '..'), emptyOutDir: true, lib: { entry, formats: ['es'], fileName: () => 'bundle.mjs' } },
      }),
  },
  {
    name: 'webpack',
    version: versionOf('webpack'),
    bundle: (entry, outfile, folder) =>
      new Promise((resolve, reject) => {
        const config = {
          mode: 'production',
          context: folder,
          entry,
          target: ['web', 'es2022'],
          experiments: { outputModule: true },
          output: { path: join(outfile, '..'), filename: 'bundle.mjs', library: { type: 'module' } },
          performance: { hints: false },
        }
        webpack(config, (error, stats) => {
          if (error) reject(error)
          else if (stats.hasErrors()) reject(new Error(stats.toString('errors-only')))
          else resolve()
        })
      }),
  },
  {
    name: 'rollup',
    version: versionOf('rollup'),
    async bundle(entry, file) {
      const bundle = await rollup({ input: entry, plugins: [nodeResolve({ browser: true })] })
      await bundle.write({ file, format: 'es' })
      await bundle.close()
    },
  },
]

export const bundles = BUNDLERS.map(({ name, version, bundle }) => ({
  name: `bundle-${name}`,
  host: false,
  runtime: `Node, bundled by ${name}`,
  how: 'import',
  async answer(place) {
    const outfile = join(place.elsewhere, name, 'bundle.mjs')
    await bundle(join(place.folder, 'entry.mjs'), outfile, place.folder)
    return { version, ...answered(process.execPath, [], outfile, place) }
  },
}))
