import { StoreError } from '../../base/errors.js'
import type { CommandSender } from './sender.js'

/** What the server must keep of what it confirmed. */
export type Durability =
  /** Everything, whatever happens to its machine: `appendonly yes` with `appendfsync always`. */
  | 'every-write'
  /** All but the last seconds before its machine fails: `appendonly yes` with `appendfsync everysec`. */
  | 'every-second'
  /** Nobody looks. What the server forgets is forgotten: a revoked token may be good again, an id be used twice. */
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
  // What is volatile has a time to live; nothing of this store has one.
  const policies = ['noeviction', 'volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl']
  await expect(sender, 'maxmemory-policy', policies, 'it throws records away when its memory is full')
}

async function expect(sender: CommandSender, name: string, good: readonly string[], otherwise: string): Promise<void> {
  const found = await setting(sender, name)
  if (found === undefined) throw new StoreError(`The server does not say what its ${name} is: allow CONFIG GET, ${HINT}`)
  if (good.includes(found)) return
  throw new StoreError(`The server has ${name} ${found}, so ${otherwise}: set it to ${good[0] as string}, ${HINT}`)
}

/** One setting; `undefined` where the server does not say. Its form differs with the version of the protocol. */
async function setting(sender: CommandSender, name: string): Promise<string | undefined> {
  const reply = await asked(sender, 'CONFIG', 'GET', name)
  const found: unknown = Array.isArray(reply) ? reply[1]
    : reply instanceof Map ? reply.get(name)
      : typeof reply === 'object' && reply !== null ? Reflect.get(reply, name) : undefined
  return typeof found === 'string' ? found : undefined
}

/** What the server says; `undefined` where it does not let everybody ask. */
async function asked(sender: CommandSender, ...command: [string, ...string[]]): Promise<unknown> {
  try {
    return await sender.send('', ...command)
  } catch (cause) {
    if (cause instanceof Error && /^(NOPERM|ERR)\b/.test(cause.message)) return undefined
    throw cause
  }
}
