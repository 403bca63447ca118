// `portcullis/gate`, which only decides, for platforms that may compile a module from bytes.
import { base64 } from '../../../wasm/gate/base64.js'
import { checksum } from '../../../wasm/gate/checksum.js'
import * as glue from '../../../wasm/gate/glue.js'
import { bytesOf } from '../../module/base64.js'
import { verifiedModule } from '../../module/checksum.js'
import { provide } from '../../module/engine.js'

export * from './exports.js'

provide({ glue, lifecycle: null, module: () => verifiedModule(bytesOf(base64), checksum) })
