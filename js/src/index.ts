// For every platform that may compile a module from bytes: Node, Deno, Bun, browsers, bundlers.
import { base64 } from '../wasm/base64.js'
import { checksum } from '../wasm/checksum.js'
import * as glue from '../wasm/glue.js'
import { bytesOf } from './base64.js'
import { provide } from './engine.js'
import { intact } from './intact.js'

export * from './portcullis.js'

provide({ glue, life: glue, module: () => intact(bytesOf(base64), checksum) })
