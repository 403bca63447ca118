import { reasons } from '../generated/reasons.js'
import type { DenialResponse, Details, Level } from './details.js'

const { stringify } = JSON

/** The number of the one reason that the module itself never gives. */
export const MODULE_FAILED = reasons.indexOf('module_failed') + 1

/** What the client sees when the module failed: the same as when the store failed. */
export const moduleFailedResponse: DenialResponse = {
  status: 503,
  wwwAuthenticate: null,
  body: {
    type: 'about:blank',
    title: 'Service Unavailable',
    status: 503,
    detail: 'The token cannot be checked at the moment.',
    code: 'temporarily_unavailable',
  },
}

/** The details of a decision that the module failed to make. */
export function moduleFailedText(level: Level): string {
  if (level === 'public') return stringify({ allow: false, status: 503, answer: moduleFailedResponse })
  if (level === 'holder') {
    return stringify({
      allow: false,
      reason: moduleFailedResponse.body.code,
      status: 503,
      missing: [],
      validUntil: null,
      answer: moduleFailedResponse,
    })
  }
  const details: Details = {
    allow: false,
    reason: 'module_failed',
    status: 503,
    token: null,
    kind: null,
    tenant: null,
    owner: null,
    revision: null,
    route: null,
    params: {},
    needs: [],
    matched: null,
    optional: [],
    missing: [],
    touch: null,
    validUntil: null,
    hints: { expiresSoon: null, graceEnds: null, clockSkew: false },
    readings: [],
    answer: moduleFailedResponse,
  }
  return stringify(details)
}
