import { conform } from 'portcullis/kit'
import { memory } from 'portcullis/memory'
import { sqlite } from 'portcullis/sqlite'

const { failures } = await conform(memory)
if (failures.length > 0) throw new Error(failures.join('\n'))
const found = await sqlite(':memory:').get('x').then(() => 'is built in', (error) => {
  if (!error.message.includes('npm install libsql')) throw error
  return 'is not built in, and is asked for'
})
console.log(`the store in memory conforms, SQLite ${found}`)
