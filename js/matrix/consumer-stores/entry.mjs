import { said } from './stores.mjs'

export const run = async () => ({ said, results: [] })
