// `portcullis` for platforms that may compile a module from bytes: Node, Deno, Bun, browsers, bundlers.
import { base64 } from '../../wasm/base64.js'
import { checksum } from '../../wasm/checksum.js'
import * as glue from '../../wasm/glue.js'
import { bytesOf } from '../module/base64.js'
import { verifiedModule } from '../module/checksum.js'
import { provide } from '../module/engine.js'

export * from './exports.js'

provide({ glue, lifecycle: glue, module: () => verifiedModule(bytesOf(base64), checksum) })
