import { LIMITS } from '../generated/abi.js'
import type { Frame, Instance } from './instance.js'

const encoder = new TextEncoder()

const ABSENT = -1

// A field is cut one byte above its limit: that is enough for the module to deny it, and nothing large crosses.
const { method: METHOD, target: TARGET, authorization: CREDENTIAL, tenant: NAME, ip: ADDRESS, needs: NEEDS } = LIMITS

/**
 * Writes an attempt into the window, unless it is already there: first the lengths, then the bytes of all fields back
 * to back.
 *
 * If everything is ASCII, as in nearly every request, the fields cross in one piece and string lengths are byte
 * lengths. Otherwise each field is encoded separately.
 */
export function write(to: Instance, frame: Frame): void {
  if (to.frame === frame) return
  const { method, target, authorization, rest } = frame
  to.frame = undefined
  to.text = ''
  const first = clip(method, METHOD)
  const second = clip(target, TARGET)
  const third = clip(authorization, CREDENTIAL)
  const header = clip(rest?.header, CREDENTIAL)
  const tenant = clip(rest?.tenant, NAME)
  const application = clip(rest?.application, NAME)
  const ip = clip(rest?.ip, ADDRESS)
  const needs = clip(rest?.needs, NEEDS)
  let text = (first ?? '') + (second ?? '') + (third ?? '')
  if (rest !== undefined) text += (header ?? '') + (tenant ?? '') + (application ?? '') + (ip ?? '') + (needs ?? '')
  const { read, written } = encoder.encodeInto(text, to.bytes)
  if (read !== written || read !== text.length) return writeAll(to, frame)
  const { lengths } = to
  lengths[0] = first === undefined ? ABSENT : first.length
  lengths[1] = second === undefined ? ABSENT : second.length
  lengths[2] = third === undefined ? ABSENT : third.length
  lengths[3] = header === undefined ? ABSENT : header.length
  lengths[4] = tenant === undefined ? ABSENT : tenant.length
  lengths[5] = application === undefined ? ABSENT : application.length
  lengths[6] = ip === undefined ? ABSENT : ip.length
  lengths[7] = needs === undefined ? ABSENT : needs.length
  to.frame = frame
  to.text = text
}

function writeAll(to: Instance, frame: Frame): void {
  const { method, target, authorization, rest } = frame
  let at = 0
  at = writeField(to, 0, at, method, METHOD)
  at = writeField(to, 1, at, target, TARGET)
  at = writeField(to, 2, at, authorization, CREDENTIAL)
  at = writeField(to, 3, at, rest?.header, CREDENTIAL)
  at = writeField(to, 4, at, rest?.tenant, NAME)
  at = writeField(to, 5, at, rest?.application, NAME)
  at = writeField(to, 6, at, rest?.ip, ADDRESS)
  writeField(to, 7, at, rest?.needs, NEEDS)
  to.frame = frame
}

/** Writes one field at `at` and returns where it ends. */
function writeField(to: Instance, field: number, at: number, value: string | undefined, limit: number): number {
  if (value === undefined) {
    to.lengths[field] = ABSENT
    return at
  }
  const text = value.slice(0, limit + 1)
  const end = at + limit + 1
  const { read, written } = encoder.encodeInto(text, to.bytes.subarray(at, end))
  if (read === text.length) {
    to.lengths[field] = written
    return at + written
  }
  // The field is too long in bytes and was cut before its limit: pad it, so that it stays too long.
  to.bytes.fill(0x3f, at + written, end)
  to.lengths[field] = limit + 1
  return end
}

function clip(value: string | undefined, limit: number): string | undefined {
  return value !== undefined && value.length > limit ? value.slice(0, limit + 1) : value
}
