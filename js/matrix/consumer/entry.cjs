const portcullis = require('portcullis')
const { use } = require('./use.mjs')

exports.run = (vectors) => use(portcullis, vectors)
