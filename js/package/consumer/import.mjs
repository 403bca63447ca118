import * as portcullis from 'portcullis'
import { scene } from './scene.mjs'

console.log(await scene(portcullis, async (_, text) => () => text))
