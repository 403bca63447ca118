import { StoreError } from '../../base/errors.js'
import { importDriver } from '../driver.js'
import { type CommandSender, type IoRedisClient, type NodeRedisClient, senderFor } from './sender.js'

/** A connection that the store opened and closes. */
export interface OwnedSender extends CommandSender {
  close(): void
}

interface Emitter {
  on(event: string, listener: () => void): unknown
}

type NodeRedis = NodeRedisClient & Emitter & { readonly isOpen: boolean; connect(): Promise<unknown>; destroy(): void }
type IoRedis = IoRedisClient & Emitter & { connect(): Promise<unknown>; disconnect(): void }

/** The exports of the two packages that are needed. */
interface Drivers {
  readonly createClient?: (options: object) => NodeRedis
  readonly Redis?: new (url: string, options: object) => IoRedis
}

/**
 * Connects with the package `redis` or else `ioredis`. The connection never reconnects by itself: commands in flight
 * fail, nothing is sent twice, and the next connection is checked again. `onLost` is called when it breaks.
 */
export async function connect(url: string, timeout: number, onLost: () => void, packages = ['redis', 'ioredis']): Promise<OwnedSender> {
  const missing: unknown[] = []
  for (const name of packages) {
    let found: Drivers
    try {
      found = await importDriver<Drivers>(name)
    } catch (cause) {
      missing.push(cause)
      continue
    }
    if (found.createClient !== undefined) return nodeRedis(found.createClient, url, timeout, onLost)
    if (found.Redis !== undefined) return ioRedis(found.Redis, url, timeout, onLost)
  }
  throw new StoreError('No Redis client is installed: npm install redis', { cause: new AggregateError(missing) })
}

async function nodeRedis(create: NonNullable<Drivers['createClient']>, url: string, timeout: number, onLost: () => void): Promise<OwnedSender> {
  const client = create({ url, disableOfflineQueue: true, socket: { connectTimeout: timeout, reconnectStrategy: false } })
  client.on('error', onLost)
  client.on('end', onLost)
  await client.connect()
  // Some versions throw if the client is closed already.
  const close = () => { if (client.isOpen) client.destroy() }
  return { ...senderFor(client), close }
}

async function ioRedis(Redis: NonNullable<Drivers['Redis']>, url: string, timeout: number, onLost: () => void): Promise<OwnedSender> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: timeout,
    retryStrategy: () => null,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
  })
  client.on('error', onLost)
  client.on('end', onLost)
  await client.connect()
  return { ...senderFor(client), close: () => client.disconnect() }
}
