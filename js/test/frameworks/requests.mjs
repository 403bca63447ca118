// The requests that the middleware of every host is held to; the native one reads the same table.
import { readFileSync } from 'node:fs'

export const table = JSON.parse(readFileSync(new URL('../../../tests/http/cases.json', import.meta.url), 'utf8'))

const base64 = (text) => Buffer.from(text).toString('base64')

/** A text of the table with what it stands for. */
function filled(text, tokens) {
  const ada = tokens.ada.plaintext
  return text
    .replaceAll('{ada.plain}', ada)
    .replaceAll('{ada.basic}', base64(`${ada}:x-oauth-basic`))
    .replaceAll('{basic.ada}', base64(`x:${ada}`))
    .replace(/\{(ada|both|none)\}/g, (_, name) => tokens[name].bearer)
    .replace(/\{(\w)\*(\d+)\}/g, (_, sign, times) => sign.repeat(Number(times)))
}

/** Head and body of every request of one case. */
export function requestsOf({ send, methods, with: fields = [[]], body = '' }, tokens) {
  const lines = methods === undefined ? send : send.flatMap((target) => methods.map((method) => `${method} ${target}`))
  return lines.flatMap((line) => fields.map((own) => [[`${line} HTTP/1.1`, ...own].map((text) => filled(text, tokens)).join('\r\n'), filled(body, tokens)]))
}

/** Whether an answer is the one that is expected; `handled` says whether the handler was called. */
export function isExpected(expect, { status, field, body, json }, handled) {
  const denied = (status === 0 || status >= 400) && !handled
  const agreed = denied || (handled && json?.route === json?.decided)
  if (expect === 'denied') return denied
  if (expect === 'agreed') return agreed
  if (expect === 'open') return agreed && (denied || json.route === 'GET /ping')
  const { route, challenge } = expect
  const same = (name, found) => expect[name] === undefined || expect[name] === found
  return (
    handled === (route !== undefined || expect.status === 200) &&
    (route === undefined || (status === 200 && json.route === route && json.decided === route)) &&
    (challenge === undefined || field('www-authenticate') === challenge) &&
    same('status', status) && same('code', json?.code) && same('body', body)
  )
}
