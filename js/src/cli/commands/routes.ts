import type { RouteDescription } from '../../policy/policy.js'
import { type Command, has } from '../command.js'
import { Exit } from '../exit.js'
import { opened } from '../findings.js'

export const routes: Command = {
  name: 'routes',
  summary: 'List every route of a policy, with what it requires',
  usage: '<policy.json | -> [options]',
  help: `Lists every route with what it requires, the five routes of "crud" one by one. "or" separates alternatives, "and" the
scopes that one alternative requires together.`,
  options: { json: 'print the routes as JSON' },
  found: 'for a policy with errors',
  words: [1, 1],
  async run(context) {
    const { words: [file = ''], out, aside } = context
    const policy = await opened(file, aside)
    if (has(context, 'json')) out.json(policy.routes)
    else out.table(['METHOD', 'PATH', 'NEEDS', 'KINDS'], policy.routes.map(row))
    return Exit.fine
  },
}

function row(route: RouteDescription): string[] {
  const space = route.on.indexOf(' ')
  return [route.on.slice(0, space), route.on.slice(space + 1), needed(route), route.kinds?.join(', ') ?? '']
}

function needed({ requirement, needs, optional }: RouteDescription): string {
  if (requirement !== 'needs') return requirement === 'open' ? 'no token' : 'any valid token'
  const text = needs.map((all) => all.join(' and ')).join(' or ')
  return optional.length === 0 ? text : `${text} (optional: ${optional.join(', ')})`
}
