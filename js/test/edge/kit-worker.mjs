// The kit, run where D1 is: inside workerd.
import { conform } from 'portcullis/kit'
import { createTables, d1 } from 'portcullis/d1'

const TABLES = ['tokens', 'claims', 'events', 'outbox', 'tombstones']

export default {
  async fetch(_, { DB }) {
    await createTables(DB)
    const make = async () => {
      await DB.batch(TABLES.map((table) => DB.prepare(`DELETE FROM portcullis_${table}`)))
      return { stores: [d1(DB), d1(DB)] }
    }
    const { checks, failures } = await conform(make)
    return Response.json({ checks: checks.length, failures })
  },
}
