import type { NodeResponse } from './decision.js'
import type { DenialResponse } from './details.js'

const { stringify } = JSON

/** The denial as a Fetch response. */
export function responseOf(answer: DenialResponse): Response {
  return new Response(stringify(answer.body), { status: answer.status, headers: fields(answer) })
}

/** Writes the denial to a Node response, unless a response has begun, such as that of a timeout. */
export function sendTo(to: NodeResponse, answer: DenialResponse): void {
  if (to.headersSent === true) return
  to.statusCode = answer.status
  for (const [name, value] of fields(answer)) to.setHeader(name, value)
  to.end(stringify(answer.body))
}

function fields(answer: DenialResponse): [string, string][] {
  const fields: [string, string][] = [
    ['content-type', 'application/problem+json'],
    ['cache-control', 'no-store'],
  ]
  if (answer.wwwAuthenticate !== null) fields.push(['www-authenticate', answer.wwwAuthenticate])
  return fields
}
