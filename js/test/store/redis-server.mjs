// Redis servers that tests start for themselves, on ports and in folders of their own.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const program = process.env.PORTCULLIS_REDIS ?? 'redis-server'

/** Why there is none; `false` where there is one. Whoever names the program means to run it. */
export const missing = process.env.PORTCULLIS_REDIS === undefined
  && spawnSync(program, ['--version']).error !== undefined
  && 'there is no redis-server here: apt-get install redis-server'

/** Everything is on the disk before it is confirmed. */
const SAFE = { appendonly: 'yes', appendfsync: 'always', save: '' }

/** A port that nobody listens on, and that no system gives to those who connect elsewhere: it stays free in between. */
async function freePort() {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 18_000)
    const server = createServer().listen(port, '127.0.0.1')
    if (!(await once(server, 'listening').then(() => true, () => false))) continue
    server.close()
    await once(server, 'close')
    return port
  }
}

/** Starts a server with these settings; what it keeps outlives `kill` and `start`, and is gone with `stop`. */
export async function startRedis(settings = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-redis-'))
  const port = await freePort()
  let child
  const start = async (more = {}) => {
    const all = { bind: '127.0.0.1', port, dir: folder, ...SAFE, ...settings, ...more }
    const options = Object.entries(all).flatMap(([name, value]) => [`--${name}`, ...`${value}`.split(' ')])
    child = spawn(program, options, { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    for await (const text of child.stdout) {
      said += text
      if (said.includes('Ready to accept connections')) break
    }
    if (!said.includes('Ready to accept connections')) throw new Error(`redis-server ended: ${said}`)
    child.stdout.resume()
  }
  const end = async (signal) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }
  await start()
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    start,
    /** As if the machine had been pulled out, but for what the system itself still writes. */
    kill: () => end('SIGKILL'),
    pause: () => child.kill('SIGSTOP'),
    go: () => child.kill('SIGCONT'),
    stop: async () => {
      await end('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
