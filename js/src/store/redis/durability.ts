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

const HINT = "or say durability: 'unchecked' if you know what it keeps"

/** Refuses a server that could lose what it confirmed. */
export async function inspect(sender: CommandSender, durability: Durability, replicas: number | undefined): Promise<void> {
  if (durability === 'unchecked') return
  if (sender.isCluster) throw new StoreError(`The servers of a cluster cannot be looked at from here: look yourself, and say durability: 'unchecked'`)
  const replication = await asked(sender, 'INFO', 'replication')
  const about = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(String(replication))?.[1]
  if (about('role') === 'slave') throw new StoreError('The server is a replica: connect to the one that it follows')
  const followers = Number(about('connected_slaves') ?? 0)
  if (followers > 0 && replicas === undefined) {
    const what = `The server has ${followers} replicas, and one that takes over may lack the last writes, a revocation among them`
    throw new StoreError(`${what}: say replicas: 1 or more to wait for as many, or replicas: 0 if none ever takes over by itself`)
  }
  await expect(sender, 'appendonly', ['yes'], 'what it holds is lost when it ends')
  const often = durability === 'every-write' ? ['always'] : ['always', 'everysec']
  await expect(sender, 'appendfsync', often, `what it confirmed last is lost when its machine fails${durability === 'every-write' ? " (everysec will do with durability: 'every-second')" : ''}`)
  await expect(sender, 'no-appendfsync-on-rewrite', ['no'], 'nothing is safe while it rewrites its file')
  // `volatile-*` policies evict only keys with a time to live, and this store sets none.
  const policies = ['noeviction', 'volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl']
  await expect(sender, 'maxmemory-policy', policies, 'it throws records away when its memory is full')
}

async function expect(sender: CommandSender, name: string, good: readonly string[], otherwise: string): Promise<void> {
  const found = await setting(sender, name)
  if (found === undefined) throw new StoreError(`The server does not say what its ${name} is: allow CONFIG GET, ${HINT}`)
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
