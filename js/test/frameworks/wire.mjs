import { connect } from 'node:net'

/** Sends these bytes over a socket of its own, and returns what came back. A connection that just ends has status 0. */
export function send(port, head, body = '') {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.setTimeout(5000, () => socket.destroy(new Error(`no answer to ${head.slice(0, 80)}`)))
    socket.on('data', (data) => (text += data.toString('latin1')))
    socket.on('error', (error) => (error.code === 'ECONNRESET' || error.code === 'EPIPE' ? undefined : reject(error)))
    socket.on('close', () => resolve(parsed(text)))
    const length = body === '' ? '' : `content-type: application/json\r\ncontent-length: ${body.length}\r\n`
    socket.write(`${head}\r\nhost: api.acme.test\r\nconnection: close\r\n${length}\r\n${body}`, 'latin1')
  })
}

function parsed(text) {
  const end = text.indexOf('\r\n\r\n')
  const head = text.slice(0, end)
  const field = (name) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim() ?? null
  const rest = text.slice(end + 4)
  const body = /^transfer-encoding: chunked/im.test(head) ? rest.replace(/^[0-9a-f]+\r\n|\r\n[0-9a-f]+\r\n|\r\n0\r\n\r\n$/gi, '') : rest
  let json = null
  try {
    json = JSON.parse(body)
  } catch {
    // Not every answer is a document.
  }
  return { status: Number(text.slice(9, 12)), field, body, json }
}
