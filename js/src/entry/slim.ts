// `portcullis/slim`, for programs that load the module themselves: it is the file `portcullis/portcullis.wasm`.
import { checksum } from '../../wasm/checksum.js'
import * as glue from '../../wasm/glue.js'
import { verifiedModule } from '../module/checksum.js'
import { provide } from '../module/engine.js'
import type { ModuleSource } from '../module/source.js'

export type { ModuleSource } from '../module/source.js'
export * from './exports.js'

/**
 * Sets the module, compiled or as bytes where the platform may compile them. Call it before the first policy is opened;
 * later calls have no effect. To fetch the module, use `WebAssembly.compileStreaming`.
 */
export function load(module: ModuleSource): void {
  provide({ glue, lifecycle: glue, module: () => verifiedModule(module, checksum) })
}
