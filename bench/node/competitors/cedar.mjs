// Cedar in the place of the Set; the rest of the check is the tuned one.
import { createRequire } from 'node:module'
import { idIn, open, proves } from './credential.mjs'
import { router } from './routes.mjs'

// Its CommonJS build is the one that loads in Node without a bundler.
const cedar = createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs')

const API = { type: 'Api', id: 'v3' }
const USE = { type: 'Action', id: 'use' }

/** The rules are parsed once, the rights of the token go along as data: Cedar as it is meant to be used. */
export function cedarWithData(workload) {
  preparse('data', `permit(principal, action, resource)
    when { context.grants.contains(context.permission) };`)
  return competitor('cedar-wasm, pre-parsed', workload, ({ id, grants }, permission) => ({
    principal: { type: 'Token', id },
    action: USE,
    resource: API,
    context: { permission, grants },
    preparsedPolicySetId: 'data',
    entities: [],
  }))
}

/** The rights of each token as a policy set of its own, parsed ahead: only names go along. */
export function cedarWithPolicies(workload) {
  for (const { record } of workload.tokens) {
    const actions = record.grants.map((grant) => `Action::${JSON.stringify(grant)}`)
    preparse(record.id, `permit(principal, action in [${actions}], resource);`)
  }
  return competitor('cedar-wasm, a policy set a token', workload, ({ id }, permission) => ({
    principal: { type: 'Token', id },
    action: { type: 'Action', id: permission },
    resource: API,
    context: {},
    preparsedPolicySetId: id,
    entities: [],
  }))
}

function preparse(id, policies) {
  const answer = cedar.preparsePolicySet(id, { staticPolicies: policies })
  if (answer.type !== 'success') throw new Error(JSON.stringify(answer.errors))
}

function competitor(name, { routes, tokens, now }, call) {
  const table = router(routes)
  const opened = tokens.map(({ record }) => open(record))
  return {
    name,
    // It takes fifty times as long as the others: fewer requests will do for one turn.
    share: 1 / 40,
    check({ method, target, authorization, token }) {
      const id = idIn(authorization)
      if (id === undefined || !proves(opened[token], id, authorization, now)) return 401
      const route = table.find(method, target)
      if (route === null) return 403
      const answer = cedar.statefulIsAuthorized(call(tokens[token].record, route.store.permission))
      return answer.type === 'success' && answer.response.decision === 'allow' ? 200 : 403
    },
  }
}
