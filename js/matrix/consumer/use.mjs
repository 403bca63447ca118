// What every runtime of the matrix runs, as it is: nothing to start, nothing to await but look-ups and bodies.
import { scene } from './scene.mjs'
import { answer } from './vectors.mjs'

/** @returns what the scene said, and what was answered to the vectors, file by file */
export async function use(portcullis, [fixtures, files]) {
  const said = await scene(portcullis, async (_, text) => () => text)
  return { said, results: answer(portcullis, fixtures, files) }
}
