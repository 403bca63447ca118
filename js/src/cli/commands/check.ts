import { shown } from '../../base/shown.js'
import type { Attempt } from '../../policy/attempt.js'
import type { Policy } from '../../policy/full-policy.js'
import { type Command, type CommandContext, has, scopesIn, textIn } from '../command.js'
import { Exit, misused } from '../exit.js'
import { opened } from '../findings.js'
import { type Terminal, widthOf } from '../terminal.js'
import { kindIn, made, OWNER, sent } from '../token.js'

export const check: Command = {
  name: 'check',
  summary: 'Try a request with a token of these scopes, and show every check',
  usage: '<policy.json | -> [options] <METHOD> </path>',
  help: 'Makes up a token, decides one request with it, and shows every check. Nothing is stored.',
  options: {
    'token-scopes <scopes>': 'the token\'s grants, such as "license:read account:*"; default: none',
    'no-token': 'send no token',
    'kind <kind>': 'the kind of the token; default: the first that the route accepts',
    'subject-scopes <scopes>': "the rights of the token's owner, for kinds with a subject; default: all",
    'needs <scope>': "require this scope instead of the route's",
    'tenant <tenant>': 'the tenant of the request and of the token',
    json: 'print the decision and every check as JSON',
  },
  found: 'if the request is denied or the policy has errors',
  words: [3, 3],
  async run(context) {
    const { words: [file = '', method = '', target = ''], out, aside } = context
    if (!/^[A-Za-z]+$/.test(method) || !target.startsWith('/')) throw misused(`${method} ${target} is not a request: give a method and a path, such as GET /books/42`)
    const policy = await opened(file, aside)
    const needs = textIn(context, 'needs')
    const attempt: Attempt = { method, target, tenant: textIn(context, 'tenant'), ...(needs === undefined ? {} : { needs }) }
    const explained = has(context, 'no-token') ? explainedWithout(policy, attempt) : explainedWith(policy, attempt, context)
    if (has(context, 'json')) out.json(explained)
    else show(out, explained, attempt)
    for (const remark of explained.remarks) aside.line(`note: ${aside.wrapped(remark, 6)}`)
    return explained.decision.allow ? Exit.fine : Exit.found
  },
}

/** The parts of `policy.explain` that are printed. */
interface Explained {
  readonly decision: {
    readonly allow: boolean
    readonly reason: string | null
    readonly status: number
    readonly route: string | null
    readonly matched: { readonly alternative: readonly string[]; readonly grants: readonly string[] } | null
  }
  readonly groups: readonly {
    readonly group: string
    readonly checks: readonly { readonly check: string; readonly outcome: string; readonly reason: string | null; readonly says: string }[]
  }[]
  readonly smallestGrant: readonly string[] | null
  readonly remarks: readonly string[]
}

function explainedWithout(policy: Policy, attempt: Attempt): Explained {
  return { ...(policy.explain(attempt, { token: null }) as Explained), remarks: [] }
}

function explainedWith(policy: Policy, attempt: Attempt, context: CommandContext): Explained {
  const named = textIn(context, 'kind')
  const kind = kindIn(policy, named ?? takenBy(policy, attempt))
  const grants = scopesIn(textIn(context, 'token-scopes'))
  const { plaintext, record } = made(policy, kind.name, grants, attempt.tenant ?? null)
  const token = policy.open(record)
  const rights = textIn(context, 'subject-scopes')
  if (rights !== undefined && !kind.subject) throw misused(`the kind ${kind.name} has no subject: leave out --subject-scopes`)
  const subject = kind.subject ? policy.subject({ id: OWNER, active: true, grants: rights === undefined ? ['*:*'] : scopesIn(rights) }) : null
  const explained = policy.explain(sent(policy, attempt, plaintext), { token, subject }) as Explained
  const remarks = [...token.problems, ...token.warnings].map(({ message }) => message)
  return { ...explained, remarks }
}

/** The first kind that the route accepts, if it does not accept all. */
function takenBy(policy: Policy, attempt: Attempt): string | undefined {
  const { route } = policy.decide(attempt, { token: null }).details
  return policy.routes.find(({ on }) => on === route)?.kinds?.[0]
}

const MARKS = { pass: ['green', 'ok  '], fail: ['red', 'no  '], skip: ['dim', '-   '] } as const

function show(out: Terminal, { decision, groups, smallestGrant }: Explained, { method, target }: Attempt): void {
  const longest = Math.max(...groups.flatMap(({ checks }) => checks.map(({ check }) => widthOf(shown(check)))))
  const width = Math.min(longest, 32) + 1
  for (const { group, checks } of groups) {
    out.line(out.paint('bold', group))
    for (const { check, outcome, reason, says } of checks) {
      const [style, mark] = MARKS[outcome as keyof typeof MARKS] ?? MARKS.skip
      const name = shown(check)
      const gap = ' '.repeat(Math.max(1, width - widthOf(name)))
      const why = reason === null ? '' : ` ${out.paint('dim', `[${reason}]`)}`
      out.line(`  ${out.paint(style, mark)} ${name}${gap}${out.wrapped(says, 7 + width, 7 + widthOf(name) + gap.length)}${why}`)
    }
  }
  out.line()
  const request = out.wrapped(`${method} ${target}`, 2)
  if (decision.allow) {
    const by = decision.matched === null ? '' : `: ${decision.matched.alternative.join(' and ')}, granted by ${decision.matched.grants.join(' ')}`
    out.line(`${out.paint('green', 'allowed')}  ${request}${out.wrapped(by, 2)}`)
    return
  }
  out.line(`${out.paint('red', 'denied')}  ${request}: ${decision.reason} (${decision.status})`)
  if (smallestGrant !== null && smallestGrant.length > 0) out.line(out.wrapped(`this would pass: --token-scopes "${smallestGrant.join(' ')}"`, 2))
}
