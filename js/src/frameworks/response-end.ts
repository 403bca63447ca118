/** The part of Node's `ServerResponse` that signals its end. */
export interface Ending {
  once(event: 'close', over: () => void): unknown
}

/** Settles when a Node response was sent or broke off. */
export function responseEnd(response: Ending): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve)
  })
}
