// A bearer token, checked by hand with an eye on the clock: fixed offsets and the one-shot crypto.hash.
import { hash } from 'node:crypto'

const HEAD = 'Bearer acme_pat_'
const ID_END = HEAD.length + 16
const SECRET = ID_END + 1
const SECRET_END = SECRET + 32
const LENGTH = SECRET_END + 6

/** A record as a service keeps it in memory; one literal, so that all of them have one hidden class. */
export function open(record) {
  return {
    id: record.id,
    digest: record.digest.slice('sha256:'.length),
    revoked: record.revoked != null,
    expiresAt: Date.parse(record.expiresAt),
    permissions: new Set(record.grants),
  }
}

/** The id that the header names, or undefined when it holds no token. */
export function idIn(authorization) {
  if (authorization.length !== LENGTH || !authorization.startsWith(HEAD)) return undefined
  return authorization.slice(HEAD.length, ID_END)
}

/** Whether the header holds the secret of this token, and the token is in force. */
export function proves(token, id, authorization, now) {
  if (token.id !== id) return false
  // Digests of random secrets may be compared as plain text: who can steer the digest knows the secret.
  if (hash('sha256', id + authorization.slice(SECRET, SECRET_END), 'hex') !== token.digest) return false
  return !token.revoked && now < token.expiresAt
}
