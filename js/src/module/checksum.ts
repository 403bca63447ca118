import { PortcullisError } from '../base/errors.js'
import type { ModuleSource } from './source.js'

const PRIME = 0x01000193

/**
 * Returns the module if its checksum matches the one that this package was built with. It detects damage, not forgery:
 * an attacker who can change the module can change the checksum. A compiled module does not expose its bytes, so only
 * its version is checked later.
 *
 * @throws PortcullisError `module_invalid`
 */
export function verifiedModule(module: ModuleSource, checksum: number): ModuleSource {
  const bytes = module instanceof ArrayBuffer ? new Uint8Array(module) : module
  if (!(bytes instanceof Uint8Array) || checksumOf(bytes) === checksum) return module
  throw new PortcullisError('module_invalid', 'The module is damaged or of another release than this package: reinstall the package')
}

/**
 * FNV-1a over little-endian 32-bit words, starting with the length; then over the remaining bytes. The build computes
 * the same.
 */
function checksumOf(bytes: Uint8Array): number {
  // An Int32Array needs an aligned start, so unaligned bytes are copied.
  const { buffer, byteOffset, length } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  const words = new Int32Array(buffer, byteOffset, length >> 2)
  let sum = length
  for (let at = 0; at < words.length; at++) sum = Math.imul(sum ^ (words[at] as number), PRIME)
  for (let at = length & ~3; at < length; at++) sum = Math.imul(sum ^ (bytes[at] as number), PRIME)
  return sum
}
