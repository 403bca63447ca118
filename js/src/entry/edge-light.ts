// `portcullis` for Vercel's edge runtime, where `?module` imports a compiled module.
import * as glue from '../../wasm/glue.js'
import module from '../../wasm/portcullis.wasm?module'
import { provide } from '../module/engine.js'

export * from './exports.js'

provide({ glue, lifecycle: glue, module: () => module })
