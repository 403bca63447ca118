// The application behind the edge worker. It asks for no token and keeps no rules: the worker did both, and says in
// x-portcullis-* fields who is there. Whoever reaches this server past the worker is believed as well, so keep it
// reachable for the worker only.
import { createServer } from 'node:http'

const server = createServer((request, response) => {
  const told = (name) => {
    const value = request.headers[`x-portcullis-${name}`]
    return value === undefined ? null : decodeURIComponent(value)
  }
  const scopes = (told('scopes') ?? '').split(' ').filter((scope) => scope !== '')
  const body = JSON.stringify({ route: told('route'), token: told('token'), owner: told('owner'), scopes })
  request.resume()
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
})

server.listen(Number(process.argv[2] ?? 8081), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`)
})
