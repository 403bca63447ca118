import { readFileSync } from 'node:fs'
import { stdin } from 'node:process'

import { Exit, Trouble } from './exit.js'

/** Stands for the standard input, or the standard output, in place of a file name. */
export const DASH = '-'

/** The text of a file or of the standard input, with a byte order mark if it has one: the library sees the same text. */
export async function textOf(file: string): Promise<string> {
  const bytes = file === DASH ? await all(stdin) : readFrom(file)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Trouble(Exit.file, `${nameOf(file)} is not UTF-8: save it as UTF-8 and try again`)
  }
}

/** The name of a file in messages. */
export function nameOf(file: string): string {
  return file === DASH ? '<stdin>' : file
}

/** The reason of a file error, in plain words if it is a common one. */
export function why(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string }
  if (code === 'ENOENT') return 'no such file or folder'
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied'
  if (code === 'EISDIR') return 'it is a folder'
  if (code === 'ENOSPC') return 'no space is left on the device'
  return message ?? 'unknown reason'
}

function readFrom(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new Trouble(Exit.file, `${file} cannot be read: ${why(error)}`)
  }
}

async function all(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of stream) pieces.push(piece)
  return Buffer.concat(pieces)
}
