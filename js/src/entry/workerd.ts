// `portcullis` for Cloudflare workers, which import compiled modules and may not compile any.
import * as glue from '../../wasm/glue.js'
import module from '../../wasm/portcullis.wasm'
import { provide } from '../module/engine.js'

export * from './exports.js'

provide({ glue, lifecycle: glue, module: () => module })
