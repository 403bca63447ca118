// What decides and nothing else, on a module of half the size, for platforms that may compile one from bytes.
import { base64 } from '../../../wasm/gate/base64.js'
import { checksum } from '../../../wasm/gate/checksum.js'
import * as glue from '../../../wasm/gate/glue.js'
import { bytesOf } from '../../module/base64.js'
import { provide } from '../../module/engine.js'
import { verifiedModule } from '../../module/checksum.js'

export * from './exports.js'

provide({ glue, life: null, module: () => verifiedModule(bytesOf(base64), checksum) })
