import { PortcullisError } from '../base/errors.js'
import type { ModuleSource } from './source.js'

const PRIME = 0x01000193

/**
 * The module, if its bytes are those that this package was made with. One word altered anywhere always shows; this
 * finds accidents, and no forger: whoever may alter the package may alter the number. A module that a platform
 * compiled shows no bytes, so that of such a one only the version is checked.
 *
 * @throws PortcullisError `module_invalid`
 */
export function verifiedModule(module: ModuleSource, checksum: number): ModuleSource {
  const bytes = module instanceof ArrayBuffer ? new Uint8Array(module) : module
  if (!(bytes instanceof Uint8Array) || checksumOf(bytes) === checksum) return module
  throw new PortcullisError('module_invalid', 'The module was altered, or is of another release than this package: install it anew')
}

/** FNV-1a over words of 32 bits, little-endian, beginning with the length; then over the bytes that fill no word. */
function checksumOf(bytes: Uint8Array): number {
  // Words stand where their address says so: bytes that begin elsewhere are copied.
  const { buffer, byteOffset, length } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  const words = new Int32Array(buffer, byteOffset, length >> 2)
  let sum = length
  for (let at = 0; at < words.length; at++) sum = Math.imul(sum ^ (words[at] as number), PRIME)
  for (let at = length & ~3; at < length; at++) sum = Math.imul(sum ^ (bytes[at] as number), PRIME)
  return sum
}
