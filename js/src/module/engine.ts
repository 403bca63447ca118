import type * as whole from '../../wasm/glue.js'
import type * as deciding from '../../wasm/gate/glue.js'
import { PortcullisError } from '../base/errors.js'
import type { Instance } from './instance.js'
import type { ModuleSource } from './source.js'

/** The version of the door that this package was written for. */
const ABI = 1

/** Size of the window in the module's memory through which a request is handed over. */
const WINDOW = 20 * 1024

/** The functions of a module that decides. What they throw as an array is an answer: a list of problems. */
export type Door = typeof deciding

/** The same, and those about a token's life. */
export type LifeDoor = typeof whole

/** A module, and the glue that was made for it. */
export interface Binding {
  readonly glue: Door
  /** The same glue, where the module knows a token's life. */
  readonly life: LifeDoor | null
  /** Where the module is to be found. It is not compiled before it is needed. */
  readonly module: () => ModuleSource
}

/**
 * From so many bytes of memory on, an instance is replaced: it gives back to itself what is closed, but nothing to the
 * platform. Where that is needed again within the hour, much is open: then twice as much is allowed.
 */
const SIZE_LIMIT = 64 * 1024 * 1024
const HOUR = 3_600_000

let sizeLimit = SIZE_LIMIT
let replacedAt = Number.NEGATIVE_INFINITY

let bound: Binding | undefined
let current: Instance | undefined
let started = false

/** Counts instances. A handle is worth nothing under another generation than its own. */
export let generation = 0

/**
 * Says which module answers. The first one counts, but one that knows a token's life takes the place of one that only
 * decides: where both entries of the package are imported, one instance runs, and everything opened is opened there.
 */
export function provide(binding: Binding): void {
  if (bound !== undefined && (bound.life !== null || binding.life === null)) return
  bound = binding
  started = false
  if (current !== undefined) drop()
}

/** The running instance, with views that are up to date. */
export function instance(): Instance {
  const running = current ?? start()
  if (running.lengths.length === 0) refreshViews(binding().glue, running)
  return running
}

/**
 * Calls into the module. Whatever is thrown there, other than an answer of the door itself, means that the
 * instance can no longer be trusted: it is dropped, and the next call gets a fresh one.
 */
export function call<T>(work: (door: Door) => T): T {
  return callDoor(binding().glue, work)
}

/** The same for what only the whole module knows. */
export function callLife<T>(work: (door: LifeDoor) => T): T {
  const { life } = binding()
  if (life !== null) return callDoor(life, work)
  throw new PortcullisError('module_invalid', 'The module only decides: import this from portcullis, not from portcullis/gate')
}

/** Between two questions, when no handle is at hand: replaces an instance that has grown far. */
export function replaceLarge(): void {
  if (current === undefined || current.size < sizeLimit) return
  const now = Date.now()
  sizeLimit = Math.abs(now - replacedAt) < HOUR ? 2 * sizeLimit : SIZE_LIMIT
  replacedAt = now
  drop()
}

/** Drops the running instance, and returns the error that says so. */
export function failed(cause: unknown): PortcullisError {
  drop()
  return new PortcullisError('module_failed', 'The module failed and was replaced', { cause })
}

function callDoor<D, T>(door: D, work: (door: D) => T): T {
  instance()
  try {
    return work(door)
  } catch (error) {
    if (Array.isArray(error)) throw error
    throw failed(error)
  }
}

function drop(): void {
  current = undefined
  generation += 1
}

function start(): Instance {
  const { glue, module } = binding()
  try {
    if (started) glue.__wbg_reset_state()
    // Once started, this returns the exports of the present instance and reads no argument.
    const exports = glue.initSync({ module: started ? new Uint8Array() : asOwnRealm(module() as WebAssembly.Module | BufferSource) })
    started = true
    if (glue.abiVersion() !== ABI) throw new Error(`the module speaks version ${glue.abiVersion()}, not ${ABI}`)
    current = refreshViews(glue, { exports, bytes: new Uint8Array(), lengths: new Int32Array(), size: 0, frame: undefined, text: '' })
    return current
  } catch (cause) {
    if (cause instanceof PortcullisError) throw cause
    throw new PortcullisError('module_invalid', 'The module cannot be used', { cause })
  }
}

function binding(): Binding {
  if (bound !== undefined) return bound
  throw new PortcullisError('module_invalid', 'No module yet: call load(module) of portcullis/slim first')
}

/**
 * The module, as one that the glue takes for compiled. A sandbox such as Next's edge runtime compiles outside and hands
 * the module in: an object of another realm, which is whole, but no `instanceof` of the class that stands here.
 */
function asOwnRealm(module: WebAssembly.Module | BufferSource): WebAssembly.Module | BufferSource {
  const { Module } = WebAssembly
  const compiled = Object.prototype.toString.call(module) === '[object WebAssembly.Module]'
  return compiled && !(module instanceof Module) ? (Object.setPrototypeOf(module, Module.prototype) as WebAssembly.Module) : module
}

function refreshViews(glue: Door, running: Instance): Instance {
  // In this order: the first call makes the window, and the memory may grow for it.
  const at = glue.windowPtr()
  const { buffer } = running.exports.memory
  running.bytes = new Uint8Array(buffer, at + 32, WINDOW - 32)
  running.lengths = new Int32Array(buffer, at, 8)
  running.size = buffer.byteLength
  return running
}
