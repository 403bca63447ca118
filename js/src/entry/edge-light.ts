// For Vercel's edge runtime, which marks the import of a compiled module.
import * as glue from '../../wasm/glue.js'
import module from '../../wasm/portcullis.wasm?module'
import { provide } from '../module/engine.js'

export * from './exports.js'

provide({ glue, life: glue, module: () => module })
