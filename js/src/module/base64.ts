/** Platforms that can read base64 by themselves: most of this year's, and Node in its own way. */
interface Readers {
  readonly Uint8Array: { readonly fromBase64?: (text: string) => Uint8Array }
  readonly Buffer?: { readonly from: (text: string, encoding: 'base64') => Uint8Array }
}

/** The bytes that a text in base64 stands for. It is half of a cold start where the platform cannot do it at once. */
export function bytesOf(base64: string): Uint8Array {
  const { Uint8Array: bytes, Buffer: buffer } = globalThis as unknown as Readers
  if (typeof bytes.fromBase64 === 'function') return bytes.fromBase64(base64)
  if (typeof buffer?.from === 'function') return buffer.from(base64, 'base64')
  const text = atob(base64)
  const read = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) read[at] = text.charCodeAt(at)
  return read
}
