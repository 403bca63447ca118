import type * as deciding from '../../wasm/gate/glue.js'
import type * as whole from '../../wasm/glue.js'
import { PortcullisError } from '../base/errors.js'
import { ABI_VERSION, WINDOW } from '../generated/abi.js'
import type { Instance } from './instance.js'
import type { ModuleSource } from './source.js'

/** The exported functions of a module that only decides. They report problems by throwing an array. */
export type Door = typeof deciding

/** The exported functions of the whole module, with the lifecycle of tokens. */
export type LifecycleDoor = typeof whole

/** A module and the glue code that was generated for it. */
export interface Binding {
  readonly glue: Door
  /** The same glue, if the module has the lifecycle; otherwise `null`. */
  readonly lifecycle: LifecycleDoor | null
  /** Returns the module. Called when the first instance is needed. */
  readonly module: () => ModuleSource
}

/**
 * The memory size at which an instance is replaced, since WebAssembly memory never shrinks. If that happens twice
 * within an hour, the documents in use really need the space, and the limit is doubled.
 */
const SIZE_LIMIT = 64 * 1024 * 1024
const HOUR = 3_600_000

let sizeLimit = SIZE_LIMIT
let replacedAt = Number.NEGATIVE_INFINITY

let bound: Binding | undefined
let current: Instance | undefined
let started = false

/** Counts instances. A handle is valid only under the generation that it was opened in. */
export let generation = 0

/**
 * Sets the module to use. The first one stays, except that the whole module replaces one that only decides: if a
 * program imports both entries of the package, it runs one instance.
 */
export function provide(binding: Binding): void {
  if (bound !== undefined && (bound.lifecycle !== null || binding.lifecycle === null)) return
  bound = binding
  started = false
  if (current !== undefined) drop()
}

/** The running instance, with up-to-date views of its memory. */
export function instance(): Instance {
  const running = current ?? start()
  if (running.lengths.length === 0) refreshViews(binding().glue, running)
  return running
}

/**
 * Calls into the module. If the call throws anything but an array of problems, the instance can no longer be trusted:
 * it is dropped, and the next call starts a fresh one.
 */
export function call<T>(work: (door: Door) => T): T {
  return callDoor(binding().glue, work)
}

/** Calls a function that only the whole module has. */
export function callLifecycle<T>(work: (door: LifecycleDoor) => T): T {
  const { lifecycle } = binding()
  if (lifecycle !== null) return callDoor(lifecycle, work)
  throw new PortcullisError('module_invalid', 'This module only decides requests: import from portcullis instead of portcullis/gate')
}

/** Replaces an instance that has grown too large. Call it between requests, while no handle is in use. */
export function replaceLarge(): void {
  if (current === undefined || current.size < sizeLimit) return
  const now = Date.now()
  sizeLimit = Math.abs(now - replacedAt) < HOUR ? 2 * sizeLimit : SIZE_LIMIT
  replacedAt = now
  drop()
}

/** Drops the running instance and returns the error to report. */
export function failed(cause: unknown): PortcullisError {
  drop()
  return new PortcullisError('module_failed', 'The module failed and was replaced by a new instance', { cause })
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
    // After the first start this returns the exports of the new instance and ignores its argument.
    const exports = glue.initSync({ module: started ? new Uint8Array() : asOwnRealm(module() as WebAssembly.Module | BufferSource) })
    started = true
    if (glue.abiVersion() !== ABI_VERSION) throw new Error(`the module has ABI version ${glue.abiVersion()}, but this package needs ${ABI_VERSION}`)
    current = refreshViews(glue, { exports, bytes: new Uint8Array(), lengths: new Int32Array(), size: 0, frame: undefined, text: '' })
    return current
  } catch (cause) {
    if (cause instanceof PortcullisError) throw cause
    throw new PortcullisError('module_invalid', 'The module cannot be used', { cause })
  }
}

function binding(): Binding {
  if (bound !== undefined) return bound
  throw new PortcullisError('module_invalid', 'There is no module: call load(module) of portcullis/slim first')
}

/**
 * Makes the glue's `instanceof WebAssembly.Module` accept a module that was compiled in another realm, as the sandbox
 * of Next's edge runtime does.
 */
function asOwnRealm(module: WebAssembly.Module | BufferSource): WebAssembly.Module | BufferSource {
  const { Module } = WebAssembly
  const compiled = Object.prototype.toString.call(module) === '[object WebAssembly.Module]'
  return compiled && !(module instanceof Module) ? (Object.setPrototypeOf(module, Module.prototype) as WebAssembly.Module) : module
}

function refreshViews(glue: Door, running: Instance): Instance {
  // `windowPtr` may grow the memory, so it is called before the buffer is read.
  const at = glue.windowPtr()
  const { buffer } = running.exports.memory
  running.bytes = new Uint8Array(buffer, at + 32, WINDOW - 32)
  running.lengths = new Int32Array(buffer, at, 8)
  running.size = buffer.byteLength
  return running
}
