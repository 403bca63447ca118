/** What `withTimeout` returns when the time is up. */
export const TIMED_OUT = Symbol('late')

/** Awaits a promise for a limited time. The work behind it goes on, and its result is dropped. */
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

/** The longest delay, in milliseconds, that a platform timer accepts. */
export const LONGEST_TIMER = 2 ** 31 - 1

/** The value if it is a valid number of milliseconds; throws a `TypeError` otherwise. */
export function milliseconds(what: string, value: unknown): number {
  if (typeof value === 'number' && value > 0 && value <= LONGEST_TIMER) return value
  throw new TypeError(`${what} must be milliseconds, more than 0`)
}
