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

/** A client that you create, connect and close. */
export type RedisClient = NodeRedisClient | NodeRedisCluster | IoRedisClient

/** Sends commands to Redis through any client. */
export interface CommandSender {
  /** Whether it reaches many servers, whose settings cannot be checked from here. */
  readonly isCluster: boolean
  /** Sends one command. A cluster selects the server by the key. */
  send(key: string, command: string, ...values: string[]): Promise<unknown>
}

/** The client behind a common interface. Throws a `TypeError` for anything else. */
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

/** The part of an error message that repeats arguments. */
const ECHO = /,? with args beginning with[^]*$/i

/**
 * The error without values: clients attach whole commands to errors, servers repeat the beginning of one, and commands
 * contain digests and keys.
 */
export function withoutValues(values: unknown): Error {
  if (!(values instanceof Error)) return new Error('The client threw a value that is not an Error')
  const told = new Error(values.message.replace(ECHO, ''))
  told.name = values.name
  return told
}
