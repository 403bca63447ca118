// Between a store and its server: lets everything through, until it is told to do otherwise.
import { connect, createServer } from 'node:net'

/** A way to the server at `url` that can lose what comes back, or hold it up. */
export async function between(url) {
  const to = new URL(url)
  const open = new Set()
  let answers = 'through'
  let late = 0
  const server = createServer((near) => {
    const far = connect(Number(to.port), to.hostname)
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        open.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far)
    far.on('data', (data) => {
      if (answers === 'lost') near.destroy()
      else if (late === 0) near.write(data)
      else setTimeout(() => near.destroyed || near.write(data), late)
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const here = new URL(url)
  here.port = String(server.address().port)
  return {
    url: here.href,
    /** From now on the connection breaks when the server has answered, before anybody hears of it. */
    lose: () => {
      answers = 'lost'
    },
    /** From now on an answer takes so many milliseconds. */
    delay: (milliseconds) => {
      late = milliseconds
    },
    /** From now on all is well. */
    mend: () => {
      answers = 'through'
      late = 0
    },
    /** Breaks every connection at once. */
    cut: () => {
      for (const socket of open) socket.destroy()
    },
    end: () => {
      for (const socket of open) socket.destroy()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}
