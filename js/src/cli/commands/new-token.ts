import { RequestError } from '../../base/errors.js'
import { type Command, has, scopesIn, textIn } from '../command.js'
import { Exit, Trouble } from '../exit.js'
import { opened } from '../findings.js'
import { created, kindIn } from '../token.js'

export const newToken: Command = {
  name: 'new-token',
  summary: 'Make a token for development: its plaintext, and the record to store',
  usage: '<policy.json | -> [options]',
  help: `Creates a token as the policy allows it, and prints its plaintext and its record. It stores nothing. For development
only: anyone who sees the plaintext can use the token.`,
  options: {
    'kind <kind>': 'the kind of the token; default: the first one',
    'scopes <scopes>': 'its grants, such as "license:read account:*"; default: those of its kind',
    'owner <id>': 'its owner; default: "dev"',
    'name <name>': 'its name; default: "development"',
    'tenant <tenant>': 'its tenant; default: none',
    'expires <when>': 'its expiry as RFC 3339; default: that of its kind',
    json: 'print { plaintext, record } as JSON',
  },
  found: 'if the policy refuses the token or has errors',
  words: [1, 1],
  async run(context) {
    const { words: [file = ''], out, aside } = context
    const policy = await opened(file, aside)
    const [tenant, expiresAt, scopes] = [textIn(context, 'tenant'), textIn(context, 'expires'), textIn(context, 'scopes')]
    const fields = {
      kind: kindIn(policy, textIn(context, 'kind')).name,
      owner: textIn(context, 'owner') ?? 'dev',
      name: textIn(context, 'name') ?? 'development',
      ...(scopes === undefined ? {} : { grants: scopesIn(scopes) }),
      ...(tenant === undefined ? {} : { tenant }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    }
    const { change, refusal } = outcome(() => created(policy, fields))
    if (change === null) throw new Trouble(Exit.found, `the policy refuses this token: ${refusal?.message ?? 'no reason given'} [${refusal?.code ?? 'unknown'}]`)
    const { plaintext, writes, warnings } = change
    const record = writes[0]?.record
    if (has(context, 'json')) out.json({ plaintext, record })
    else {
      out.line(out.paint('bold', 'plaintext'))
      out.line(`  ${plaintext}`)
      out.line(out.paint('bold', 'record'))
      out.json(record)
      for (const { message } of warnings) aside.line(`note: ${aside.wrapped(message, 6)}`)
    }
    return Exit.fine
  },
}

function outcome<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (error instanceof RequestError) throw new Trouble(Exit.usage, error.problems.map(({ path, message }) => `${path.replace('/command/', '--')}: ${message}`).join('\n'))
    throw error
  }
}
