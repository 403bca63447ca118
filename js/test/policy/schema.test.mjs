// The schema and the type say what the core says, as far as either can say it.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { Ajv } from 'ajv'
import * as sdk from 'portcullis'

import { load } from '../vectors/files.mjs'
import { answer } from '../vectors/run.mjs'

const root = new URL('../../../', import.meta.url)
const schema = JSON.parse(readFileSync(new URL('js/policy.schema.json', root), 'utf8'))
const fits = new Ajv({ strict: true, strictRequired: false, strictTypes: false, allErrors: true }).compile(schema)

/** Every policy that the vectors open, with what the core finds wrong with it. */
function opened() {
  const found = new Map()
  class Policy extends sdk.Policy {
    constructor(document) {
      let codes = []
      try {
        super(document)
      } catch (error) {
        codes = error.problems.map(({ code, path }) => ({ code, path }))
        throw error
      } finally {
        const text = typeof document === 'string' ? document : JSON.stringify(document)
        found.set(text, codes)
      }
    }
  }
  const [fixtures, written, drawn] = load()
  answer({ ...sdk, Policy }, fixtures, [...written, ...drawn])
  return [...found].flatMap(([text, problems]) => {
    try {
      const document = JSON.parse(text)
      // What is compiled is no document that a person writes.
      return 'compiled' in document ? [] : [{ document, problems }]
    } catch {
      return []
    }
  })
}

const vectors = opened()
const examples = ['examples/policies', 'examples/express-app'].flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, root))
    .filter((name) => name.endsWith('.json') && name !== 'package.json')
    .map((name) => [name, JSON.parse(readFileSync(new URL(`${folder}/${name}`, root), 'utf8'))]),
)

const good = [...examples.map(([, document]) => document), ...vectors.filter(({ problems }) => problems.length === 0).map(({ document }) => document)]
const bad = vectors.filter(({ problems }) => problems.length > 0)

/** What is wrong with a document by itself, wherever its parts point to. */
const STRUCTURE = new Set([
  'bad_crud',
  'bad_duration',
  'bad_length',
  'bad_method',
  'bad_name',
  'bad_prefix',
  'bad_realm',
  'bad_requirement',
  'bad_route',
  'bad_scope',
  'missing_field',
  'nobody_may_revoke',
  'open_route',
  'unknown_field',
  'unknown_word',
  'unsupported_version',
  'wrong_type',
])

test('every example and every valid policy fits the schema', () => {
  assert.ok(good.length >= 30, `${good.length}`)
  for (const document of good) assert.equal(fits(document), true, JSON.stringify([fits.errors, document]))
})

test('policies with an invalid structure do not fit the schema', () => {
  const structural = bad.filter(({ problems }) => problems.every(({ code }) => STRUCTURE.has(code)))
  assert.ok(structural.length >= 60, `${structural.length}`)
  for (const { document, problems } of structural) assert.equal(fits(document), false, JSON.stringify([problems, document]))
})

test('the schema knows the words that the core knows', () => {
  const kind = schema.definitions.kind.properties
  assert.deepEqual(Object.keys(kind.may.properties), [...sdk.commands])
  assert.deepEqual(kind.editable.items.enum, [...sdk.editableFields])
  assert.deepEqual(kind.unique.items.enum, [...sdk.uniqueFields])
  for (const field of ['unique', 'editable']) assert.deepEqual(wordsOf({ [field]: ['?'] }), kind[field].items.enum, field)
  assert.deepEqual(wordsOf({ revoke: '?' }), kind.revoke.enum)
  for (const command of Object.keys(kind.may.properties)) assert.deepEqual(problemsOf({ may: { revoke: ['owner'], [command]: ['owner'] } }), [])
  const [{ message }] = problemsOf({ may: { revoke: ['owner'], rewoke: ['owner'] } })
  assert.match(message, /did you mean "revoke"/)
})

test('the type accepts every valid policy, and rejects what it can', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-types-'))
  try {
    const types = fileURLToPath(new URL('js/dist/policy/document.js', root))
    const wrong = new Set(['missing_field', 'unknown_word', 'wrong_type', 'unsupported_version'])
    // Of these the type cannot tell: lists of nothing, counts, durations of nothing, names of fields that carry on.
    const untold = ({ code, path }) => code === 'wrong_type' && /(limit|lifetime|idle|needs|kinds|prefix|actions|transports|router)/.test(path)
    const told = bad.filter(({ problems }) => problems.some((problem) => wrong.has(problem.code) && !untold(problem)))
    assert.ok(told.length >= 10, `${told.length}`)
    const lines = [`import type { PolicyDocument } from ${JSON.stringify(types)}`]
    good.forEach((document, index) => lines.push(`export const good${index}: PolicyDocument = ${JSON.stringify(document)}`))
    told.forEach(({ document }, index) => lines.push('// @ts-expect-error', `export const bad${index}: PolicyDocument = ${JSON.stringify(document)}`))
    writeFileSync(join(folder, 'documents.mts'), lines.join('\n'))
    const options = { extends: fileURLToPath(new URL('js/tsconfig.json', root)), compilerOptions: { noEmit: true, declaration: false, rootDir: '.' }, include: ['documents.mts'] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options))
    const tsc = fileURLToPath(new URL('js/node_modules/.bin/tsc', root))
    const { stdout, status } = spawnSync(tsc, ['--project', folder], { encoding: 'utf8' })
    assert.equal(status, 0, stdout.slice(0, 4000))
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/** What the core says of a small policy whose only kind says this as well. */
function problemsOf(kind) {
  const document = {
    portcullis: 1,
    name: 'small',
    realm: 'Small',
    resources: { license: {} },
    routes: [{ crud: '/licenses', needs: 'license' }],
    kinds: { personal: { prefix: 'sm_pat', may: { revoke: ['owner'] }, ...kind } },
  }
  try {
    new sdk.Policy(document)
    return []
  } catch (error) {
    return error.problems
  }
}

/** The words that the core would have taken. */
function wordsOf(kind) {
  return problemsOf(kind)[0].message.replace('expected one of ', '').split(', ')
}
