import * as portcullis from 'portcullis'
import { use } from './use.mjs'

export const run = (vectors) => use(portcullis, vectors)
