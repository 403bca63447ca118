// Requests and responses of node:http without a socket.
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'

/** Hands a request to a listener, and waits until it is answered. */
export function answered(listener, { method, target, authorization }) {
  const request = new IncomingMessage(new Socket())
  request.method = method
  request.url = target
  request.httpVersion = '1.1'
  if (authorization !== undefined) {
    request.headers.authorization = authorization
    request.rawHeaders.push('Authorization', authorization)
  }
  request.push(null)
  const response = new ServerResponse(request)
  return new Promise((resolve, reject) => {
    response.end = () => {
      resolve(response.statusCode)
      return response
    }
    try {
      const work = listener(request, response)
      if (work instanceof Promise) work.catch(reject)
    } catch (error) {
      reject(error)
    }
  })
}
