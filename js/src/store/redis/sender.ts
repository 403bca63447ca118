import { wrongType } from '../../base/errors.js'

/** A client of the package `redis`: one connection to one server. */
export interface NodeRedisClient {
  sendCommand(command: string[]): Promise<unknown>
}

/** A cluster of the package `redis`. */
export interface NodeRedisCluster {
  readonly slots: unknown
  sendCommand(key: string | undefined, isReadonly: boolean | undefined, command: string[]): Promise<unknown>
}

/** A client or a cluster of the package `ioredis`. */
export interface IoRedisClient {
  call(command: string, ...values: string[]): Promise<unknown>
}

/** Whatever speaks to the server: made by you, connected by you, closed by you. */
export type RedisClient = NodeRedisClient | NodeRedisCluster | IoRedisClient

/** A way to the server, the same through every client. */
export interface CommandSender {
  /** Whether it leads to many servers, so that nobody can ask one of them how it is set up. */
  readonly isCluster: boolean
  /** Sends one command. A cluster finds its server by the key. */
  send(key: string, command: string, ...values: string[]): Promise<unknown>
}

/** The client as a line. Throws where it is none. */
export function senderFor(client: RedisClient): CommandSender {
  if (typeof client === 'object' && client !== null) {
    if ('call' in client && typeof client.call === 'function') {
      return {
        isCluster: 'isCluster' in client && client.isCluster === true,
        send: (_, command, ...values) => client.call(command, ...values),
      }
    }
    if ('sendCommand' in client && typeof client.sendCommand === 'function') {
      if ('slots' in client) {
        return { isCluster: true, send: (key, ...command) => client.sendCommand(key, false, command) }
      }
      return { isCluster: false, send: (_, ...command) => client.sendCommand(command) }
    }
  }
  throw wrongType('server', 'a URL, or a client of the package redis or ioredis', client)
}

/** Command names whose errors may be told; what follows `with args` repeats what was sent. */
const ECHO = /,? with args beginning with[^]*$/i

/**
 * What went wrong, without what was sent: clients hang whole commands onto their errors, servers repeat the beginning
 * of one, and a command holds digests and keys.
 */
export function withoutValues(values: unknown): Error {
  if (!(values instanceof Error)) return new Error('The client threw something that is no error')
  const told = new Error(values.message.replace(ECHO, ''))
  told.name = values.name
  return told
}
