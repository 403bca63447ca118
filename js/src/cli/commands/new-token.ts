import { RequestError } from '../../base/errors.js'
import { type Command, has, scopesIn, textIn } from '../command.js'
import { Exit, Trouble } from '../exit.js'
import { opened } from '../findings.js'
import { created, kindIn } from '../token.js'

export const newToken: Command = {
  name: 'new-token',
  summary: 'A token for development: its plaintext, and the record to store',
  help: `Usage: portcullis new-token <policy.json | -> [options]

Makes a token by the rules of the policy, as "create" does, and prints its plaintext and its record. It stores nothing.
For development: whoever sees the plaintext holds the token.

Options:
  --kind <kind>      by default the first one
  --scopes <scopes>  what it is granted: "license:read account:*"; by default what its kind grants
  --owner <id>       by default "dev"
  --name <name>      by default "development"
  --tenant <tenant>  by default none
  --expires <when>   RFC 3339; by default as its kind says
  --json             as JSON: { plaintext, record }
  --help             this text

Exit code: 0, 1 when the rules refuse the token or the policy has errors, 2 for a wrong command line, 3 for a file that
cannot be read.`,
  options: {
    kind: { type: 'string' },
    scopes: { type: 'string' },
    owner: { type: 'string' },
    name: { type: 'string' },
    tenant: { type: 'string' },
    expires: { type: 'string' },
  },
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
    if (change === null) throw new Trouble(Exit.found, `the rules refuse this token: ${refusal?.message ?? 'without a reason'} [${refusal?.code ?? 'unknown'}]`)
    const { plaintext, writes, warnings } = change as unknown as Made
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

interface Made {
  readonly plaintext: string
  readonly writes: readonly { readonly record: object }[]
  readonly warnings: readonly { readonly message: string }[]
}

function outcome<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (error instanceof RequestError) throw new Trouble(Exit.usage, error.problems.map(({ path, message }) => `${path.replace('/command/', '--')}: ${message}`).join('\n'))
    throw error
  }
}
