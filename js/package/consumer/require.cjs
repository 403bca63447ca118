const portcullis = require('portcullis')
const { scene } = require('./scene.mjs')

scene(portcullis, async (_, text) => () => text).then(console.log)
