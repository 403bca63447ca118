// A PostgreSQL server of a test's own: in a new folder, on a port of its own, with a password, and a disk that it waits for.
import { execFileSync, spawn } from 'node:child_process'
import { accessSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import pg from 'pg'

const named = process.env.PORTCULLIS_POSTGRES
// Its companions stand beside the program itself, not beside a link to it.
const programs = named === undefined ? found() : dirname(realpathSync(named))

/** Why the tests cannot run here. Whoever names a server means to run it: then its absence is a failure. */
export const skip = programs === undefined && 'there is no PostgreSQL here: install postgresql'

/** Where a PostgreSQL is installed, the newest one. */
function found() {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql').sort((one, other) => other - one) : []
  const folders = [...(process.env.PATH ?? '').split(':'), ...versions.map((version) => `/usr/lib/postgresql/${version}/bin`)]
  return folders.find((folder) => existsSync(join(folder, 'initdb')))
}

/** It does not run as root: whoever is root lets another user run it. */
function user() {
  if (process.getuid() !== 0) return {}
  const users = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':'))
  const [, , uid, gid] = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  return { uid: Number(uid), gid: Number(gid) }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** Makes a server and starts it. */
export async function startServer() {
  accessSync(join(programs, 'initdb'))
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-postgres-'))
  const data = join(folder, 'data')
  const password = `p@ss:w/rd ${process.pid}`
  writeFileSync(join(folder, 'password'), password)
  const as = user()
  if (as.uid !== undefined) for (const path of [folder, join(folder, 'password')]) chownSync(path, as.uid, as.gid)
  const flags = ['--username=portcullis', '--auth=scram-sha-256', `--pwfile=${join(folder, 'password')}`, '--encoding=UTF8', '--locale=C', '--no-sync']
  execFileSync(join(programs, 'initdb'), ['--pgdata', data, ...flags], { ...as, cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  const port = await freePort()
  const url = `postgres://portcullis:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`
  let child

  const start = async () => {
    const settings = ['fsync=on', 'max_connections=200', 'shared_buffers=32MB', 'unix_socket_directories=', 'listen_addresses=127.0.0.1']
    for (let tried = 0; tried < 50; tried += 1) {
      const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])]
      const running = spawn(join(programs, 'postgres'), args, { ...as, cwd: folder, stdio: 'ignore' })
      let ended = false
      running.on('exit', () => {
        ended = true
      })
      child = running
      while (!ended) {
        if (await answers(url)) return
        await pause(20)
      }
      // What was killed may still hold its memory for a moment.
      await pause(100)
    }
    throw new Error('PostgreSQL does not start')
  }
  /** Ends the whole server: by SIGKILL, by SIGQUIT (at once, with recovery at the next start), by SIGINT (in order). */
  const stop = async (signal = 'SIGINT') => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await gone
  }

  const root = new pg.Pool({ connectionString: url, max: 4, allowExitOnIdle: true })
  root.on('error', () => undefined)
  /** Asks once the server answers, which it does not while it recovers. */
  const ask = async (text, values) => {
    for (let tried = 0; tried < 500 && !(await answers(url)); tried += 1) await pause(20)
    return (await root.query(text, values)).rows
  }
  let databases = 0
  await start()
  return {
    url,
    password,
    start,
    stop,
    /** Asks as the one to whom everything belongs; each question on its own. */
    ask,
    /** The connection string of a new database. */
    database: async () => {
      databases += 1
      await ask(`CREATE DATABASE d${databases}`)
      return url.replace(/postgres$/, `d${databases}`)
    },
    end: async () => {
      await root.end()
      await stop('SIGQUIT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function answers(connectionString) {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 1000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('SELECT 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}
