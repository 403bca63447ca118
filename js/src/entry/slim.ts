// For those who bring the module themselves: it is `portcullis/portcullis.wasm`.
import { checksum } from '../../wasm/checksum.js'
import * as glue from '../../wasm/glue.js'
import { provide } from '../module/engine.js'
import { verifiedModule } from '../module/checksum.js'
import type { ModuleSource } from '../module/source.js'

export type { ModuleSource } from '../module/source.js'
export * from './exports.js'

/**
 * Says which module decides: compiled, or as bytes where the platform may compile. Call it before the first policy is
 * opened; later calls change nothing. It does not fetch: `WebAssembly.compileStreaming` does.
 */
export function load(module: ModuleSource): void {
  provide({ glue, life: glue, module: () => verifiedModule(module, checksum) })
}
