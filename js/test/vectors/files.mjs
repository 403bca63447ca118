// The shared vectors on disk, and what every host answered.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'

const folder = new URL('../../../tests/vectors/', import.meta.url)
const life = new URL('life/', folder)
// Written by `cargo test`: vectors drawn at random, and what the core says to all of them.
const drawn = new URL('../../../target/drawn/', import.meta.url)
const answers = new URL('../../../target/vectors/', import.meta.url)

const read = (name, from) => JSON.parse(readFileSync(new URL(name, from), 'utf8'))

function filesOf(from) {
  const names = existsSync(from) ? readdirSync(from).filter((name) => name.endsWith('.json') && name !== 'fixtures.json') : []
  return names.sort().map((name) => [name.slice(0, -5), read(name, from)])
}

/**
 * The fixtures, the files of vectors, and the files of drawn ones, which are there after `cargo test` only. The vectors
 * about a token's life have a folder and fixtures of their own.
 */
export function load() {
  const fixtures = read('fixtures.json', folder)
  const { defaults, ...shelves } = read('fixtures.json', life)
  for (const [shelf, named] of Object.entries(shelves)) {
    fixtures[shelf] = typeof named === 'string' ? named : { ...fixtures[shelf], ...named }
  }
  const lives = filesOf(life).map(([name, document]) => [
    `life-${name}`,
    { ...document, defaults: { ...defaults, ...document.defaults, ...commandOf(defaults, document.defaults) } },
  ])
  return [fixtures, [...filesOf(folder), ...lives], filesOf(drawn)]
}

function commandOf(defaults, own) {
  return own?.command === undefined ? {} : { command: { ...defaults.command, ...own.command } }
}

/**
 * Compares what a host answered with what the core wrote: how many lines there are, how many of them could be compared,
 * how many are equal, and what is wrong, one line each.
 */
export function compare(host, results) {
  const wrong = results.flatMap(({ failures }) => failures)
  const failed = wrong.length
  let [total, equal, compared] = [0, 0, 0]
  for (const { name, lines } of results) {
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
  return { total, compared, equal, failed, wrong }
}

/** Writes what a host answered, for whoever compares all of them. */
export function keep(host, results) {
  mkdirSync(new URL(`${host}/`, answers), { recursive: true })
  for (const { name, lines } of results) {
    writeFileSync(new URL(`${host}/${name}.jsonl`, answers), lines.map((line) => `${line}\n`).join(''))
  }
}

/** Writes what a host answered, prints it as a table, and returns what is wrong with it, one line each. */
export function settle(host, results) {
  keep(host, results)
  const { total, compared, equal, failed, wrong } = compare(host, results)
  let random = 0
  for (const { name, title, lines } of results) {
    if (name.startsWith('drawn-')) random += lines.length
    else console.log(row(lines.length, name, title))
  }
  console.log(row(random, 'drawn', random > 0 ? 'Drawn at random' : 'skipped: cargo test draws them'))
  const skipped = compared === total ? '' : `, ${total - compared} skipped: cargo test writes what the core says`
  console.log(row(total, `vectors on ${host}, ${failed} failed, ${equal} equal to the core's byte for byte${skipped}`, ''))
  return wrong
}

function row(count, name, title) {
  return `${String(count).padStart(6)}  ${name.padEnd(18)} ${title}`.trimEnd()
}
