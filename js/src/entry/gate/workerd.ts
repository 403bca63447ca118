// `portcullis/gate` for Cloudflare workers, which import compiled modules and may not compile any.
import * as glue from '../../../wasm/gate/glue.js'
import module from '../../../wasm/gate/portcullis.wasm'
import { provide } from '../../module/engine.js'

export * from './exports.js'

provide({ glue, lifecycle: null, module: () => module })
