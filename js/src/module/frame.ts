import { LIMITS } from '../generated/abi.js'
import type { Frame, Instance } from './instance.js'

const encoder = new TextEncoder()

const ABSENT = -1

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
  const first = clip(method, LIMITS.method)
  const second = clip(target, LIMITS.target)
  const third = clip(authorization, LIMITS.authorization)
  const header = clip(rest?.header, LIMITS.header)
  const tenant = clip(rest?.tenant, LIMITS.tenant)
  const application = clip(rest?.application, LIMITS.application)
  const ip = clip(rest?.ip, LIMITS.ip)
  const needs = clip(rest?.needs, LIMITS.needs)
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
  at = writeField(to, 0, at, method, LIMITS.method)
  at = writeField(to, 1, at, target, LIMITS.target)
  at = writeField(to, 2, at, authorization, LIMITS.authorization)
  at = writeField(to, 3, at, rest?.header, LIMITS.header)
  at = writeField(to, 4, at, rest?.tenant, LIMITS.tenant)
  at = writeField(to, 5, at, rest?.application, LIMITS.application)
  at = writeField(to, 6, at, rest?.ip, LIMITS.ip)
  writeField(to, 7, at, rest?.needs, LIMITS.needs)
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

/** A value cut one byte above its limit: that is enough for the module to deny it, and nothing large crosses. */
function clip(value: string | undefined, limit: number): string | undefined {
  return value !== undefined && value.length > limit ? value.slice(0, limit + 1) : value
}
