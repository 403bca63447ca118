import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

import * as portcullis from 'portcullis/slim'
import { scene } from './scene.mjs'

const file = createRequire(import.meta.url).resolve('portcullis/portcullis.wasm')
portcullis.load(new WebAssembly.Module(readFileSync(file)))
console.log(await scene(portcullis, async (_, text) => () => text))
