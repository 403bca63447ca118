// For Vercel's edge runtime, which marks the import of a compiled module.
import * as glue from '../../wasm/gate/glue.js'
import module from '../../wasm/gate/portcullis.wasm?module'
import { provide } from '../engine.js'

export * from '../deciding.js'

provide({ glue, life: null, module: () => module })
