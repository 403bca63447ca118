// For every platform that may compile a module from bytes: Node, Deno, Bun, browsers, bundlers.
import { base64 } from '../wasm/base64.js'
import { provide } from './engine.js'

export * from './portcullis.js'

provide(() => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)))
