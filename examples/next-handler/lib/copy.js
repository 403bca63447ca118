import { kv } from 'portcullis/kv'

/** A Redis that is asked over HTTP, as Upstash and others offer it, with what a read copy needs of it. */
async function command(...words) {
  const response = await fetch(process.env.KV_REST_API_URL, {
    method: 'POST',
    headers: { authorization: `Bearer ${process.env.KV_REST_API_TOKEN}` },
    body: JSON.stringify(words),
    cache: 'no-store',
  })
  if (!response.ok) throw new Error(`the key-value store answered ${response.status}`)
  return (await response.json()).result
}

/** Records close to the middleware, which has no disk. */
export const copy = kv({
  get: (key) => command('GET', key),
  put: (key, value, { expirationTtl } = {}) => command('SET', key, value, ...(expirationTtl === undefined ? [] : ['EX', expirationTtl])),
})
