/** Who is signed in, by the session in their cookie. Yours are where your sign-in puts them. */
export const sessions = new Map()

/** The person who sends a request, with the roles and rights that they have now; `null` for nobody. */
export function signedIn(request) {
  const [, session] = /(?:^|; )session=([\w-]+)/.exec(request.headers.get('cookie') ?? '') ?? []
  return sessions.get(session) ?? null
}
