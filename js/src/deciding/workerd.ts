// For Cloudflare workers, which import modules compiled and may not compile any themselves.
import * as glue from '../../wasm/gate/glue.js'
import module from '../../wasm/gate/portcullis.wasm'
import { provide } from '../engine.js'

export * from '../deciding.js'

provide({ glue, life: null, module: () => module })
