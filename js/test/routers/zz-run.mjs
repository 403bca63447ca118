import { onExpress } from './express.mjs'
import { onFastify } from './fastify.mjs'
import { onHono, ROUTERS } from './hono.mjs'
import { held } from './law.mjs'
const N = Number(process.argv[2] ?? 5000)
const only = process.argv[3]
const all = {}
for (const v of [4,5]) for (const s of [{}, {'strict routing': true}, {'case sensitive routing': true}, {'strict routing': true, 'case sensitive routing': true}]) all[`express ${v} ${JSON.stringify(s)}`] = [onExpress(v, s)]
for (const o of [{}, {caseSensitive:false},{ignoreTrailingSlash:true},{ignoreDuplicateSlashes:true},{useSemicolonDelimiter:true},{caseSensitive:false,ignoreTrailingSlash:true,ignoreDuplicateSlashes:true}]) all[`fastify ${JSON.stringify(o)}`] = [onFastify(o)]
for (const r of Object.keys(ROUTERS)) for (const s of [true,false]) all[`hono ${r} strict ${s}`] = [onHono(r, s)]
for (const [name, [build]] of Object.entries(all)) { if (only && !name.includes(only)) continue
  const t = Date.now(); const seen = await held(build, N, 7); const {found, ...c} = seen
  console.log(name.padEnd(70), JSON.stringify(c), Date.now()-t, 'ms'); if (found) console.log('   ', JSON.stringify(found)) }
