/** What a promise that took too long brings. */
export const TIMED_OUT = Symbol('late')

/** What a promise brings, or that it is late. It goes on: whoever must know how it ends cannot ask here. */
export async function withTimeout<T>(promise: PromiseLike<T>, milliseconds: number): Promise<T | typeof TIMED_OUT> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<typeof TIMED_OUT>((resolve) => {
    timer = setTimeout(() => {
      resolve(TIMED_OUT)
    }, milliseconds)
  })
  try {
    return await Promise.race([promise, over])
  } finally {
    clearTimeout(timer)
  }
}

/** The longest that a timer can run. */
export const LONGEST_TIMER = 2 ** 31 - 1

/** Milliseconds, or a `TypeError`. */
export function milliseconds(what: string, value: unknown): number {
  if (typeof value === 'number' && value > 0 && value <= LONGEST_TIMER) return value
  throw new TypeError(`${what} must be milliseconds above 0`)
}
