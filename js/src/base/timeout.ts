/** What a promise that took too long brings. */
export const LATE = Symbol('late')

/** What a promise brings, or that it is late. It goes on: whoever must know how it ends cannot ask here. */
export async function within<T>(promise: PromiseLike<T>, milliseconds: number): Promise<T | typeof LATE> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => {
      resolve(LATE)
    }, milliseconds)
  })
  try {
    return await Promise.race([promise, over])
  } finally {
    clearTimeout(timer)
  }
}

/** The longest that a timer can run. */
export const LONGEST = 2 ** 31 - 1

/** Milliseconds, or a `TypeError`. */
export function milliseconds(what: string, value: unknown): number {
  if (typeof value === 'number' && value > 0 && value <= LONGEST) return value
  throw new TypeError(`${what} must be milliseconds above 0`)
}
