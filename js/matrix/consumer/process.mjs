// For what is started from a shell: `process.mjs <entry> <vectors> <answers>`.
import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { pathToFileURL } from 'node:url'

const [entry, vectors, answers] = process.argv.slice(2)
const { run } = await import(pathToFileURL(entry).href)
writeFileSync(answers, JSON.stringify(await run(JSON.parse(readFileSync(vectors, 'utf8')))))
