// node warden.mjs <folder> <program> <arguments...>: runs a program until standard input closes, then removes the
// folder. However the demo ends, it leaves nothing behind. An empty name removes nothing.
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'

const [folder, program, ...args] = process.argv.slice(2)
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] })

function end() {
  child.kill()
  setTimeout(() => child.kill('SIGKILL'), 5000).unref()
}

function exit(code) {
  if (folder !== '') rmSync(folder, { recursive: true, force: true })
  process.exit(code)
}

process.stdin.resume().on('end', end).on('error', end)
process.on('SIGTERM', end)
// Ctrl-C reaches the program as well, which cleans up by itself.
process.on('SIGINT', () => {})

child.on('error', (error) => {
  console.error(error.message)
  exit(1)
})
child.on('exit', (code) => exit(code ?? 1))
