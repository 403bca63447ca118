// The shared vectors on disk, and what every host answered.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'

const folder = new URL('../../../tests/vectors/', import.meta.url)
const answers = new URL('../../../target/vectors/', import.meta.url)

const read = (name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))

export function load() {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'fixtures.json')
  return [read('fixtures.json'), names.sort().map((name) => [name.slice(0, -5), read(name)])]
}

/** Writes what a host answered, prints it as a table, and returns what is wrong with it, one line each. */
export function settle(host, results) {
  mkdirSync(new URL(`${host}/`, answers), { recursive: true })
  const wrong = results.flatMap(({ failures }) => failures)
  const failed = wrong.length
  let [total, equal, compared] = [0, 0, 0]
  for (const { name, title, lines } of results) {
    writeFileSync(new URL(`${host}/${name}.jsonl`, answers), lines.map((line) => `${line}\n`).join(''))
    console.log(`${String(lines.length).padStart(6)}  ${name.padEnd(18)} ${title}`)
    total += lines.length
    const core = new URL(`core/${name}.jsonl`, answers)
    if (!existsSync(core)) continue
    compared += lines.length
    const other = readFileSync(core, 'utf8').split('\n')
    for (const [index, line] of lines.entries()) {
      if (line === other[index]) equal += 1
      else wrong.push(`${name}:${index + 1}: ${host} says ${line}, the core ${other[index]}`)
    }
  }
  const skipped = compared === total ? '' : `, ${total - compared} not compared: cargo test writes what the core says`
  console.log(`${String(total).padStart(6)}  vectors on ${host}, ${failed} failed, ${equal} equal to the core's byte for byte${skipped}`)
  return wrong
}
