// There is one generator, and it is written in Rust; this asks it for its data.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The policy, the routes, the tokens, the requests and the instant at which they are decided. */
export function workload() {
  const manifest = fileURLToPath(new URL('../Cargo.toml', import.meta.url))
  const cargo = process.env.CARGO ?? 'cargo'
  const generator = ['run', '--quiet', '--release', '--manifest-path', manifest, '--bin', 'workload']
  const limits = { maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'inherit'] }
  return JSON.parse(execFileSync(cargo, generator, limits))
}
