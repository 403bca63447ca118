// `portcullis/gate` for Vercel's edge runtime, where `?module` imports a compiled module.
import * as glue from '../../../wasm/gate/glue.js'
import module from '../../../wasm/gate/portcullis.wasm?module'
import { provide } from '../../module/engine.js'

export * from './exports.js'

provide({ glue, lifecycle: null, module: () => module })
