import { StoreError } from '../../base/errors.js'
import type { CommandSender } from './sender.js'

/** What the server must not lose after it confirmed a write. */
export type Durability =
  /** Nothing, even if its machine fails: `appendonly yes` with `appendfsync always`. */
  | 'every-write'
  /** Nothing but the last second before its machine fails: `appendonly yes` with `appendfsync everysec`. */
  | 'every-second'
  /** No check. If the server forgets a write, a revoked token may work again and an id may be used twice. */
  | 'unchecked'

const HINT = "or set durability: 'unchecked' if you know what it keeps"

/** Refuses a server that could lose what it confirmed. */
export async function inspect(sender: CommandSender, durability: Durability, replicas: number | undefined): Promise<void> {
  if (durability === 'unchecked') return
  if (sender.isCluster) throw new StoreError(`The servers of a cluster cannot be checked from here: check them yourself, and set durability: 'unchecked'`)
  const replication = await asked(sender, 'INFO', 'replication')
  const about = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(String(replication))?.[1]
  if (about('role') === 'slave') throw new StoreError('The server is a replica: connect to its primary')
  const followers = Number(about('connected_slaves') ?? 0)
  if (followers > 0 && replicas === undefined) {
    const what = `The server has ${followers} replicas, and a promoted replica may lack the last writes, such as a revocation`
    throw new StoreError(`${what}: set replicas: 1 or more to wait for that many, or replicas: 0 if no replica is ever promoted automatically`)
  }
  await expect(sender, 'appendonly', ['yes'], 'it loses its data when it stops')
  const often = durability === 'every-write' ? ['always'] : ['always', 'everysec']
  await expect(sender, 'appendfsync', often, `it loses the last writes when its machine fails${durability === 'every-write' ? " (everysec is enough with durability: 'every-second')" : ''}`)
  await expect(sender, 'no-appendfsync-on-rewrite', ['no'], 'writes are not safe while it rewrites its file')
  // `volatile-*` policies evict only keys with a time to live, and this store sets none.
  const policies = ['noeviction', 'volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl']
  await expect(sender, 'maxmemory-policy', policies, 'it drops records when its memory is full')
}

async function expect(sender: CommandSender, name: string, good: readonly string[], otherwise: string): Promise<void> {
  const found = await setting(sender, name)
  if (found === undefined) throw new StoreError(`The server does not report its setting ${name}: allow CONFIG GET, ${HINT}`)
  if (good.includes(found)) return
  throw new StoreError(`The server has ${name} ${found}, so ${otherwise}: set it to ${good[0] as string}, ${HINT}`)
}

/** One setting; `undefined` if the server does not tell. The form of the reply depends on the protocol version. */
async function setting(sender: CommandSender, name: string): Promise<string | undefined> {
  const reply = await asked(sender, 'CONFIG', 'GET', name)
  const found: unknown = Array.isArray(reply) ? reply[1]
    : reply instanceof Map ? reply.get(name)
      : typeof reply === 'object' && reply !== null ? Reflect.get(reply, name) : undefined
  return typeof found === 'string' ? found : undefined
}

/** The server's reply; `undefined` if the command is not permitted. */
async function asked(sender: CommandSender, ...command: [string, ...string[]]): Promise<unknown> {
  try {
    return await sender.send('', ...command)
  } catch (cause) {
    if (cause instanceof Error && /^(NOPERM|ERR)\b/.test(cause.message)) return undefined
    throw cause
  }
}
