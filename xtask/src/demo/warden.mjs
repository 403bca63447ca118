// Runs a program for as long as standard input stays open, and not longer: however the demo ends, it leaves nothing
// behind.
import { spawn } from 'node:child_process'

const [program, ...args] = process.argv.slice(2)
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] })

function end() {
  child.kill()
  setTimeout(() => child.kill('SIGKILL'), 5000).unref()
}

process.stdin.resume().on('end', end).on('error', end)
process.on('SIGTERM', end)
// Ctrl-C reaches the program as well, which cleans up by itself.
process.on('SIGINT', () => {})

child.on('error', (error) => {
  console.error(error.message)
  process.exit(1)
})
child.on('exit', (code) => process.exit(code ?? 1))
