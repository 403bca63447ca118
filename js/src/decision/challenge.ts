/** More parameters of a challenge, such as `resource_metadata` for MCP servers (RFC 9728). */
export type ChallengeParameters = Readonly<Record<string, string>>

/** Parameters that the gate sets itself. */
const OWN = ['realm', 'error', 'error_description', 'scope']

const NAME = /^[A-Za-z0-9!#$&^_`|~.+-]+$/
const VALUE = /^[\x20-\x7e]*$/

/** The text to append to a challenge. Throws a `TypeError` for parameters that a header field cannot hold. */
export function challengeSuffix(parameters: ChallengeParameters): string {
  return Object.entries(parameters)
    .map(([name, value]) => {
      if (!NAME.test(name) || OWN.includes(name.toLowerCase())) throw new TypeError(`challenge cannot have a parameter ${name}`)
      if (typeof value !== 'string' || !VALUE.test(value)) throw new TypeError(`challenge.${name} must be a string of ASCII characters`)
      return `, ${name}="${value.replace(/["\\]/g, '\\$&')}"`
    })
    .join('')
}
