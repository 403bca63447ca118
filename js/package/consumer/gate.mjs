import * as portcullis from 'portcullis/gate'
import { gateScene } from './gate-scene.mjs'

console.log(await gateScene(portcullis, async (_, text) => () => text))
