/** The part of Node's `ServerResponse` that says when it is over. */
export interface Ending {
  once(event: 'close', over: () => void): unknown
}

/** Settles when a Node response has gone out, or broke off. */
export function responseEnd(response: Ending): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve)
  })
}
