import { StoreError } from '../../base/errors.js'
import { LATE, within } from '../../base/timeout.js'
import { type Line, lineTo, type RedisClient, without } from './client.js'
import { connect, type OwnLine } from './driver.js'
import { type Durability, inspect } from './durability.js'
import { script } from './script.js'

/** The version of the keys that this package reads and writes. */
const SCHEMA = '1'

/** What the store was told of its server. */
export interface Terms {
  /** What every key begins with. */
  readonly base: string
  readonly durability: Durability
  readonly replicas: number | undefined
  /** Milliseconds. */
  readonly timeout: number
}

/** A line to a server that was looked at and knows the script. */
export class Connection {
  readonly #line: Line & Partial<OwnLine>
  readonly #terms: Terms
  readonly #digest: string

  private constructor(line: Line & Partial<OwnLine>, terms: Terms, digest: string) {
    this.#line = line
    this.#terms = terms
    this.#digest = digest
  }

  /** Connects, if there is only a URL, and looks at the server. `lost` is called when our own line breaks. */
  static async open(server: string | RedisClient, terms: Terms, lost: () => void): Promise<Connection> {
    const opening = Connection.#open(server, terms, lost)
    const opened = await within(opening, terms.timeout)
    if (opened !== LATE) return opened
    opening.then((late) => late.close(), () => undefined)
    throw new StoreError(`The server could not be opened within ${terms.timeout} ms`)
  }

  static async #open(server: string | RedisClient, terms: Terms, lost: () => void): Promise<Connection> {
    const { base, durability, replicas, timeout } = terms
    const line: Line & Partial<OwnLine> = typeof server === 'string' ? await connect(server, timeout, lost) : lineTo(server)
    try {
      await inspect(line, durability, replicas)
      const digest = await line.send(base, 'SCRIPT', 'LOAD', script)
      if (typeof digest !== 'string') throw new StoreError('The client must give texts as strings')
      const connection = new Connection(line, terms, digest)
      const found = await connection.#evaluate('open', { schema: SCHEMA })
      if (found !== SCHEMA) throw new StoreError(`The keys are of version ${String(found)}, this package knows ${SCHEMA}`)
      return connection
    } catch (cause) {
      line.close?.()
      throw cause
    }
  }

  /** The record under an id, without the script: it is what every request waits for. */
  async record(id: string): Promise<string | null> {
    return text(await this.#patiently(this.#line.send(`${this.#terms.base}token:${id}`, 'HGET', `${this.#terms.base}token:${id}`, 'record')))
  }

  /** Does one thing in one step. */
  async run(operation: string, ask: object): Promise<unknown> {
    return this.#patiently(this.#evaluate(operation, ask))
  }

  /** The same, and then waits until as many replicas have it as were asked for. */
  async commit(ask: object): Promise<unknown> {
    const { replicas = 0, timeout, base } = this.#terms
    if (replicas === 0) return this.run('commit', ask)
    return this.#patiently((async () => {
      const reply = await this.#evaluate('commit', { ...ask, waits: true })
      const reached = Number(await this.#line.send(base, 'WAIT', `${replicas}`, `${Math.ceil(timeout / 2)}`))
      if (reached < replicas) throw new StoreError(`${reached} of ${replicas} replicas have the change: it may not last`)
      return reply
    })())
  }

  close(): void {
    this.#line.close?.()
  }

  async #evaluate(operation: string, ask: object): Promise<unknown> {
    const { base } = this.#terms
    const values = ['1', base, operation, JSON.stringify(ask)]
    try {
      return await this.#line.send(base, 'EVALSHA', this.#digest, ...values)
    } catch (cause) {
      // The server was started anew, or told to forget its scripts. Nothing was done.
      if (!(cause instanceof Error) || !cause.message.startsWith('NOSCRIPT')) throw cause
      return this.#line.send(base, 'EVAL', script, ...values)
    }
  }

  /** Whoever waited for too long does not know what became of it; a line of our own is then given up. */
  async #patiently<T>(answer: Promise<T>): Promise<T> {
    const { timeout } = this.#terms
    try {
      const found = await within(answer, timeout)
      if (found !== LATE) return found
    } catch (cause) {
      throw failed(cause)
    }
    this.close()
    answer.catch(() => undefined)
    throw new StoreError(`The server did not answer within ${timeout} ms; what was asked may be done yet`)
  }
}

/** What the client said is the cause; it repeats no value. */
export function failed(cause: unknown): StoreError {
  return cause instanceof StoreError ? cause : new StoreError('The Redis store failed', { cause: without(cause) })
}

/** A text of the server's. */
export function text(reply: unknown): string | null {
  if (reply === null || reply === undefined) return null
  if (typeof reply === 'string') return reply
  throw new StoreError('The server said something that is no text')
}

/** Texts of the server's. */
export function texts(reply: unknown): string[] {
  if (Array.isArray(reply) && reply.every((item) => typeof item === 'string')) return reply
  throw new StoreError('The server said something that is no list of texts')
}
