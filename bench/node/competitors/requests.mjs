// The requests of the workload, as servers hand them to their handlers.
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'

const AGENT = 'acme-client/2.1'

/** What `node:http` makes of them: a listener's first argument. */
export function nodeRequests({ requests }) {
  const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: '203.0.113.9' })
  return requests.map(({ method, target, authorization, status }) => {
    const request = Object.assign(new IncomingMessage(socket), { method, url: target, status })
    request.rawHeaders = ['Host', 'api.acme.test', 'User-Agent', AGENT, 'Accept', 'application/json', 'Authorization', authorization]
    request._addHeaderLines(request.rawHeaders, request.rawHeaders.length)
    return request
  })
}

/** What workers and other Fetch servers get. */
export function fetchRequests({ requests }) {
  return requests.map(({ method, target, authorization, status }) => {
    const headers = { 'user-agent': AGENT, accept: 'application/json', authorization }
    return Object.assign(new Request(`https://api.acme.test${target}`, { method, headers }), { status })
  })
}
