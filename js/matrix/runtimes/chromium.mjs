// A browser: a real page over loopback, which fetches the vectors and posts its answers.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'

import { build } from 'vite'

import { versionOf } from './installed.mjs'

const { PORTCULLIS_CHROMIUM } = process.env
const PROGRAMS = PORTCULLIS_CHROMIUM === undefined ? ['chromium', 'chromium-browser', 'google-chrome'] : [PORTCULLIS_CHROMIUM]
const PATIENCE = 60_000
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.json': 'application/json' }

const page = {
  name: 'chromium',
  host: true,
  runtime: 'Chromium',
  how: 'import, no bundler',
  answer: (place) => inBrowser(place, place.folder, '/page.html'),
}

const bundled = {
  name: 'chromium-vite',
  host: false,
  runtime: 'Chromium',
  how: `import, Vite ${versionOf('vite')}`,
  async answer(place) {
    const outDir = join(place.elsewhere, 'site')
    await build({ root: place.folder, configFile: false, logLevel: 'error', build: { outDir, emptyOutDir: true } })
    return inBrowser(place, outDir, '/index.html')
  },
}

export const browsers = [page, bundled]

async function inBrowser({ vectors, elsewhere }, folder, path) {
  const [program, version] = browser()
  if (program === undefined) return { skipped: `none of ${PROGRAMS.join(', ')} is installed` }
  const { promise, resolve, reject } = deferred()
  const server = createServer((request, response) => {
    if (request.method === 'POST') return void whole(request).then((text) => (response.end(), resolve(text)), reject)
    serve(folder, vectors, request.url, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const profile = mkdtempSync(join(elsewhere, 'profile-'))
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', `--user-data-dir=${profile}`]
  const child = spawn(program, [...flags, `http://127.0.0.1:${server.address().port}${path}`], { stdio: 'ignore' })
  child.once('error', reject)
  child.once('exit', (code) => reject(new Error(`${program} ended with ${code} before the page answered`)))
  const timer = setTimeout(() => reject(new Error('the page did not answer in time')), PATIENCE)
  try {
    const { failed, ...found } = JSON.parse(await promise)
    if (failed !== undefined) throw new Error(failed)
    return { version, ...found }
  } finally {
    clearTimeout(timer)
    if (child.exitCode === null && child.kill()) await once(child, 'exit')
    server.closeAllConnections()
    server.close()
  }
}

function browser() {
  for (const program of PROGRAMS) {
    try {
      return [program, /[\d.]+/.exec(execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))[0]]
    } catch (error) {
      if (error.code !== 'ENOENT') throw error
    }
  }
  return []
}

function serve(folder, vectors, url, response) {
  try {
    const path = normalize(decodeURIComponent(new URL(url, 'http://localhost').pathname))
    const bytes = readFileSync(path === '/vectors.json' ? vectors : join(folder, path))
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(bytes)
  } catch {
    response.writeHead(404).end()
  }
}

async function whole(stream) {
  const pieces = []
  for await (const piece of stream) pieces.push(piece)
  return Buffer.concat(pieces).toString('utf8')
}

function deferred() {
  const made = {}
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }))
  return made
}
