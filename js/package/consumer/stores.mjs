import { conform } from 'portcullis/conformance'
import { memory } from 'portcullis/memory'
import { postgres } from 'portcullis/postgres'
import { redis } from 'portcullis/redis'
import { sqlite } from 'portcullis/sqlite'

const { failures } = await conform(memory)
if (failures.length > 0) throw new Error(failures.join('\n'))
const found = await sqlite(':memory:').get('x').then(() => 'is built in', (error) => {
  if (!error.message.includes('npm install libsql')) throw error
  return 'is not built in, and is asked for'
})
const driver = await postgres('postgres://127.0.0.1:1/x').get('x').then(() => '', (error) => error.message)
if (!driver.includes('npm install pg')) throw new Error(driver)
const client = await redis('redis://127.0.0.1:1').get('x').then(() => '', (error) => error.message)
if (!client.includes('npm install redis')) throw new Error(client)
export const said = `the store in memory conforms, SQLite ${found}, a driver for PostgreSQL is asked for, a client for Redis too`
console.log(said)
