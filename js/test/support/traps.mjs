import * as engine from '../../dist/module/engine.js'

/** Makes the next call of one export fail as a trap does. */
export function breakNext(name) {
  const running = engine.instance()
  const broken = { ...running.exports, [name]: () => { throw new WebAssembly.RuntimeError('unreachable') } }
  Object.defineProperty(running, 'exports', { value: broken })
}
