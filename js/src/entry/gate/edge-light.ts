// For Vercel's edge runtime, which marks the import of a compiled module.
import * as glue from '../../../wasm/gate/glue.js'
import module from '../../../wasm/gate/portcullis.wasm?module'
import { provide } from '../../module/engine.js'

export * from './exports.js'

provide({ glue, life: null, module: () => module })
