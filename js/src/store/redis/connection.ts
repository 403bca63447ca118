import { StoreError } from '../../base/errors.js'
import { TIMED_OUT, withTimeout } from '../../base/timeout.js'
import { script } from '../../generated/redis.js'
import { connect, type OwnedSender } from './driver.js'
import { type Durability, inspect } from './durability.js'
import { type CommandSender, type RedisClient, senderFor, withoutValues } from './sender.js'

/** How to use the server. */
export interface RedisSettings {
  /** The beginning of every key. */
  readonly base: string
  readonly durability: Durability
  readonly replicas: number | undefined
  /** Milliseconds. */
  readonly timeout: number
}

/** A connection to a server that was checked and has the script. */
export class Connection {
  readonly #sender: CommandSender & Partial<OwnedSender>
  readonly #settings: RedisSettings
  readonly #digest: string

  private constructor(sender: CommandSender & Partial<OwnedSender>, settings: RedisSettings, digest: string) {
    this.#sender = sender
    this.#settings = settings
    this.#digest = digest
  }

  /**
   * Connects, if only a URL is given, and checks the server. `onLost` is called when the store's own connection breaks.
   */
  static async open(server: string | RedisClient, settings: RedisSettings, onLost: () => void): Promise<Connection> {
    const opening = Connection.#open(server, settings, onLost)
    try {
      const opened = await withTimeout(opening, settings.timeout)
      if (opened !== TIMED_OUT) return opened
    } catch (cause) {
      throw failed(cause)
    }
    opening.then((late) => late.close(), () => undefined)
    throw new StoreError(`The server could not be opened within ${settings.timeout} ms`)
  }

  static async #open(server: string | RedisClient, settings: RedisSettings, onLost: () => void): Promise<Connection> {
    const { base, durability, replicas, timeout } = settings
    const sender: CommandSender & Partial<OwnedSender> = typeof server === 'string' ? await connect(server, timeout, onLost) : senderFor(server)
    try {
      await inspect(sender, durability, replicas)
      const digest = await sender.send(base, 'SCRIPT', 'LOAD', script)
      if (typeof digest !== 'string') throw new StoreError('The client must return texts as strings: turn off buffers')
      const connection = new Connection(sender, settings, digest)
      const [found, known] = texts(await connection.#evaluate('open', {}))
      if (found !== known) throw new StoreError(`The keys have version ${found}, but this package needs ${known}`)
      return connection
    } catch (cause) {
      sender.close?.()
      throw cause
    }
  }

  /** Reads a record without the script: every request waits for this. */
  async record(id: string): Promise<string | null> {
    return text(await this.#inTime(this.#sender.send(`${this.#settings.base}token:${id}`, 'HGET', `${this.#settings.base}token:${id}`, 'record')))
  }

  /** Runs one operation of the script, in one step. */
  async run(operation: string, ask: object): Promise<unknown> {
    return this.#inTime(this.#evaluate(operation, ask))
  }

  /** Commits, and then waits for the replicas. */
  async commit(ask: object): Promise<unknown> {
    const { replicas = 0, timeout, base } = this.#settings
    if (replicas === 0) return this.run('commit', ask)
    return this.#inTime((async () => {
      const reply = await this.#evaluate('commit', { ...ask, waits: true })
      const reached = Number(await this.#sender.send(base, 'WAIT', `${replicas}`, `${Math.ceil(timeout / 2)}`))
      if (reached < replicas) throw new StoreError(`${reached} of ${replicas} replicas have the change: it may be lost`)
      return reply
    })())
  }

  close(): void {
    this.#sender.close?.()
  }

  async #evaluate(operation: string, ask: object): Promise<unknown> {
    const { base } = this.#settings
    const values = ['1', base, operation, JSON.stringify(ask)]
    try {
      return await this.#sender.send(base, 'EVALSHA', this.#digest, ...values)
    } catch (cause) {
      // The server was restarted or dropped its scripts. Nothing was executed.
      if (!(cause instanceof Error) || !cause.message.startsWith('NOSCRIPT')) throw cause
      return this.#sender.send(base, 'EVAL', script, ...values)
    }
  }

  /** Waits for an answer. After the timeout the outcome is unknown, and the store's own connection is closed. */
  async #inTime<T>(answer: Promise<T>): Promise<T> {
    const { timeout } = this.#settings
    try {
      const found = await withTimeout(answer, timeout)
      if (found !== TIMED_OUT) return found
    } catch (cause) {
      throw failed(cause)
    }
    this.close()
    answer.catch(() => undefined)
    throw new StoreError(`The server did not answer within ${timeout} ms: the command may still be executed`)
  }
}

/** Errors of the client become the `cause`, without values. */
export function failed(cause: unknown): StoreError {
  return cause instanceof StoreError ? cause : new StoreError('The Redis store failed', { cause: withoutValues(cause) })
}

/** A text in a reply. */
export function text(reply: unknown): string | null {
  if (reply === null || reply === undefined) return null
  if (typeof reply === 'string') return reply
  throw new StoreError('The server returned a value that is not a text')
}

/** A list of texts in a reply. */
export function texts(reply: unknown): string[] {
  if (Array.isArray(reply) && reply.every((item) => typeof item === 'string')) return reply
  throw new StoreError('The server returned a value that is not a list of texts')
}
