import { RefusedError } from 'portcullis'
import { signedIn } from './session.js'

/**
 * A handler for people: `work` gets who is signed in, which nothing in a body can change. A refusal says what to do
 * instead; whoever asked may read it.
 */
export function person(work) {
  return async (request, argument) => {
    const by = signedIn(request)
    if (by === null) return Response.json({ message: 'Sign in first.' }, { status: 401 })
    try {
      return await work(request, by, argument)
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      const { code, field, message } = error
      return Response.json({ code, field, message }, { status: 422 })
    }
  }
}
