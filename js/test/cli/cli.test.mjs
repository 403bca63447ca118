// The command line as its users get it: packed, installed, run as a process of its own.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { Gate, Policy } from 'portcullis'

import { install, pack } from '../../package/packed.mjs'
import { shown } from '../../dist/base/shown.js'
import { Terminal, widthOf } from '../../dist/cli/terminal.js'
import { Places } from '../../dist/cli/places.js'

const COMMANDS = ['init', 'lint', 'check', 'routes', 'compile', 'new-token']
let folder

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'portcullis-cli-'))
  install(pack(folder).tarball, folder)
})
after(() => rmSync(folder, { recursive: true, force: true }))

/** Runs the installed command: its exit code, and what it wrote. */
function portcullis(args, { input, env = {} } = {}) {
  const { NO_COLOR, FORCE_COLOR, ...rest } = process.env
  const bin = join(folder, 'node_modules/.bin/portcullis')
  const { status, stdout, stderr, error } = spawnSync(bin, args, { cwd: folder, input: input ?? '', encoding: 'utf8', env: { ...rest, ...env } })
  if (error !== undefined) throw error
  return { status, stdout, stderr }
}

function starter(name, change = (text) => text) {
  const { stdout } = portcullis(['init', '-'])
  writeFileSync(join(folder, name), change(stdout))
  return name
}

test('--help lists every command, each command has its own help, and --version prints the version', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const all = portcullis(['--help'])
  assert.equal(all.status, 0)
  for (const command of COMMANDS) {
    assert.match(all.stdout, new RegExp(`^  ${command} `, 'm'))
    const { status, stdout } = portcullis([command, '--help'])
    assert.equal(status, 0)
    assert.ok(stdout.startsWith(`Usage: portcullis ${command} `), command)
    assert.match(stdout, /Exit code: 0/)
    assert.ok(stdout.split('\n').every((line) => line.length <= 100))
  }
  assert.deepEqual(portcullis(['--version']), { status: 0, stdout: `${version}\n`, stderr: '' })
})

test('a wrong command line gives exit code 2 and says what to do', () => {
  for (const args of [[], ['lnit'], ['lint'], ['lint', 'a', 'b'], ['lint', 'a', '--colour'], ['lint', 'a', '--allow'], ['check', 'a', 'GET', 'books'], ['new-token', 'a', '--json=yes']]) {
    const { status, stdout, stderr } = portcullis(args)
    assert.equal(status, 2, args.join(' '))
    assert.equal(stdout, '')
    assert.match(stderr, /portcullis/)
  }
})

test('a file that cannot be read or written gives exit code 3', () => {
  const { status, stderr } = portcullis(['lint', 'nowhere.json'])
  assert.equal(status, 3)
  assert.match(stderr, /nowhere\.json cannot be read: no such file/)
  assert.equal(portcullis(['init', 'no/such/folder.json']).status, 3)
  writeFileSync(join(folder, 'latin1.json'), Buffer.from([0x22, 0xe4, 0x22]))
  assert.match(portcullis(['lint', 'latin1.json']).stderr, /is not UTF-8/)
})

test('init writes a policy without lints, and does not overwrite a file', () => {
  const made = portcullis(['init', 'begin.json'])
  assert.equal(made.status, 0)
  assert.match(made.stdout, /npx portcullis lint begin\.json/)
  assert.deepEqual(new Policy(readFileSync(join(folder, 'begin.json'), 'utf8')).lints, [])
  assert.deepEqual(portcullis(['lint', 'begin.json']), { status: 0, stdout: 'begin.json: no findings\n', stderr: '' })
  writeFileSync(join(folder, 'begin.json'), 'mine')
  assert.equal(portcullis(['init', 'begin.json']).status, 3)
  assert.equal(readFileSync(join(folder, 'begin.json'), 'utf8'), 'mine')
  assert.equal(portcullis(['init', 'begin.json', '--force']).status, 0)
})

test('lint says where, what, and how to fix it', () => {
  const file = starter('wrong.json', (text) => text.replace('"needs": "book"', '"needs": "bok"').replace('"lockable"', '"lokable"'))
  const lines = readFileSync(join(folder, file), 'utf8').split('\n')
  const { status, stdout } = portcullis(['lint', file])
  assert.equal(status, 1)
  for (const [wrong, sentence] of [['"needs": "bok"', 'did you mean "book"'], ['"lokable"', 'did you mean "lockable"']]) {
    const line = lines.findIndex((line) => line.includes(wrong))
    assert.ok(stdout.includes(`${file}:${line + 1}:${lines[line].indexOf(wrong) + 1}: error: `), stdout)
    assert.ok(stdout.includes(sentence))
  }
  assert.match(stdout, /^2 errors, 0 lints$/m)
})

test('lint reads standard input, and prints JSON for programs', () => {
  const near = { portcullis: 1, name: 'n', realm: 'N', resources: { book: {}, books: {} }, routes: [{ crud: '/a', needs: 'book' }, { crud: '/b', needs: 'books' }], kinds: { a: { prefix: 'aa', may: { revoke: ['owner'] } } } }
  const { status, stdout } = portcullis(['lint', '-', '--json'], { input: JSON.stringify(near) })
  assert.equal(status, 1)
  const { file, errors, lints, findings } = JSON.parse(stdout)
  assert.deepEqual([file, errors, lints], ['<stdin>', 0, 1])
  assert.deepEqual({ ...findings[0], message: '' }, { severity: 'lint', line: 1, column: 40, path: '/resources', code: 'near_miss', message: '' })
  const allowed = portcullis(['lint', '-', '--allow', 'near_miss'], { input: JSON.stringify(near) })
  assert.equal(allowed.status, 0)
  assert.match(allowed.stdout, /0 errors, 1 lint \(1 allowed\)/)
})

test('invalid JSON is reported at the place where it is invalid', () => {
  assert.match(portcullis(['lint', '-'], { input: '{\n  "a": [1,}' }).stdout, /^<stdin>:2:11: error: .*\[not_json\]$/m)
})

test('check shows every step, and sets the exit code', () => {
  const file = starter('check.json')
  const allowed = portcullis(['check', file, '--token-scopes', '@desk', 'POST', '/loans'])
  assert.equal(allowed.status, 0)
  for (const part of ['route "POST /loans"'.slice(6), 'book:read', 'granted by @desk', 'allowed']) assert.ok(allowed.stdout.includes(part), part)
  const denied = portcullis(['check', file, '--token-scopes', 'book:read', 'DELETE', '/books/42'])
  assert.equal(denied.status, 1)
  assert.match(denied.stdout, /no +book:delete +the token does not have it \[insufficient_scope\]/)
  assert.match(denied.stdout, /this would pass: --token-scopes "book:delete"/)
  const unknown = portcullis(['check', file, '--token-scopes', 'bok:read', 'GET', '/books'])
  assert.match(unknown.stderr, /does not know this scope/)
  assert.equal(portcullis(['check', file, '--no-token', 'GET', '/health']).status, 0)
  assert.equal(portcullis(['check', file, '--no-token', 'GET', '/me']).status, 1)
  const { decision, groups } = JSON.parse(portcullis(['check', file, '--json', 'GET', '/books']).stdout)
  assert.equal(decision.reason, 'insufficient_scope')
  assert.ok(groups.length > 3)
})

test('check uses a kind that the route accepts, bounded by its owner', () => {
  const example = new URL('../../../examples/policies/seatable.json', import.meta.url)
  const policy = new Policy(readFileSync(example, 'utf8'))
  const route = policy.routes.find(({ kinds, requirement, on }) => kinds?.length === 1 && requirement === 'needs' && !on.includes('{'))
  assert.ok(route === undefined || portcullis(['check', example.pathname, '--token-scopes', route.needs[0].join(' '), ...route.on.split(' ')]).status === 0)
  const file = starter('owned.json', (text) => text.replace('"prefix": "lib_pat"', '"prefix": "lib_pat", "subject": "owner"'))
  const bounded = ['check', file, '--token-scopes', 'book:*', '--subject-scopes']
  assert.equal(portcullis([...bounded, 'book:read', 'GET', '/books']).status, 0)
  assert.match(portcullis([...bounded, 'book:read', 'DELETE', '/books/1']).stdout, /subject_lacks_permission/)
})

test('routes are a table, aligned, or JSON', () => {
  const file = starter('routes.json')
  const [head, ...rows] = portcullis(['routes', file]).stdout.trimEnd().split('\n')
  const column = head.indexOf('NEEDS')
  assert.equal(rows.length, 11)
  assert.ok(rows.every((row) => row[column] !== ' ' && row[column - 1] === ' '), rows.join('\n'))
  assert.match(rows.join('\n'), /POST +\/loans +loan:create and book:read/)
  assert.deepEqual(JSON.parse(portcullis(['routes', file, '--json']).stdout), JSON.parse(JSON.stringify(new Policy(readFileSync(join(folder, file), 'utf8')).routes)))
})

test('new-token makes a valid token, or says why the policy refuses it', async () => {
  const file = starter('token.json')
  const { status, stdout } = portcullis(['new-token', file, '--scopes', 'book:read', '--json'])
  assert.equal(status, 0)
  const { plaintext, record } = JSON.parse(stdout)
  const gate = new Gate({ policy: readFileSync(join(folder, file), 'utf8'), tokens: new Map([[record.id, record]]) })
  const decision = await gate.check(new Request('https://x.test/books/1', { headers: { authorization: `Bearer ${plaintext}` } }))
  assert.equal(decision.reason, null)
  assert.equal(JSON.stringify(record).includes(plaintext.slice(-32)), false)
  const refused = portcullis(['new-token', file, '--scopes', 'bok:read'])
  assert.equal(refused.status, 1)
  assert.match(refused.stderr, /refuses this token: .*\[\w+\]/)
  assert.equal(portcullis(['new-token', file, '--kind', 'other']).status, 2)
})

test('compile writes the same policy in less space, and checks whether it is up to date', async () => {
  const file = starter('whole.json')
  const source = readFileSync(join(folder, file), 'utf8')
  const { status, stdout } = portcullis(['compile', file])
  assert.equal(status, 0)
  assert.match(stdout, /^whole\.portcullis\.json: \d+ bytes/)
  const compiled = readFileSync(join(folder, 'whole.portcullis.json'), 'utf8')
  assert.ok(compiled.length < source.length)
  const [before, after, object] = [source, compiled, JSON.parse(compiled)].map((document) => new Policy(document))
  assert.equal(after.fingerprint, before.fingerprint)
  assert.deepEqual(after.routes, before.routes)
  assert.equal(object.fingerprint, before.fingerprint)
  const { policy } = new Gate({ policy: compiled, tokens: () => null, realm: 'Other' })
  assert.match(policy.decide({ method: 'GET', target: '/books' }, { token: null }).answer.wwwAuthenticate, /realm="Other"/)
  assert.equal(portcullis(['compile', file, '--check']).status, 0)
  // Another order of fields is the same policy, and compiles to the same file.
  writeFileSync(join(folder, file), JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(source)).reverse())))
  assert.equal(portcullis(['compile', file, '--check']).status, 0)
  starter(file, (text) => text.replace('/health', '/healthz'))
  assert.equal(portcullis(['compile', file, '--check']).status, 1)
  assert.equal(portcullis(['compile', 'whole.portcullis.json', '--out', '-']).stdout, compiled)
})

test('compile writes modules whose text is the policy', async () => {
  const file = starter('module.json')
  const { fingerprint } = new Policy(readFileSync(join(folder, file), 'utf8'))
  for (const name of ['policy.js', 'policy.mjs', 'policy.ts']) {
    assert.equal(portcullis(['compile', file, '--out', name]).status, 0)
    const text = readFileSync(join(folder, name), 'utf8')
    assert.match(text, /^\/\/ Compiled by portcullis from module\.json: do not edit it/)
    if (name !== 'policy.mjs') continue
    const { default: exported } = await import(pathToFileURL(join(folder, name)))
    assert.equal(new Policy(exported).fingerprint, fingerprint)
  }
  const use = "import ours from './policy.js'\nimport typed from './policy.ts'\nimport { Gate, type CompiledPolicy } from 'portcullis/gate'\nconst both: CompiledPolicy[] = [ours, typed]\nexport const gates = both.map((policy) => new Gate({ policy, tokens: () => null }))\n"
  writeFileSync(join(folder, 'use.mts'), use)
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }')
  const tsc = ['--noEmit', '--strict', '--allowJs', '--checkJs', '--allowImportingTsExtensions', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2023,dom,esnext.disposable', 'use.mts']
  const { status, stdout } = spawnSync(fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url)), tsc, { cwd: folder, encoding: 'utf8' })
  assert.equal(status, 0, stdout)
  assert.equal(portcullis(['compile', file, '--out', 'policy.yaml']).status, 2)
})

test('WSM-06 compile writes nothing if there are findings, and altered or newer files are refused', () => {
  const wrong = starter('refused.json', (text) => text.replace('"needs": "book"', '"needs": "bok"'))
  assert.equal(portcullis(['compile', wrong]).status, 1)
  const lint = starter('refused.json', (text) => text.replace('"actions": [', '"actions": [\n"destroy",'))
  const { status, stderr } = portcullis(['compile', lint])
  assert.equal(status, 1)
  assert.match(stderr, /lint: no route needs "loan:destroy" \[unused_permission\]/)
  assert.equal(existsSync(join(folder, 'refused.portcullis.json')), false)
  assert.equal(portcullis(['compile', lint, '--allow', 'unused_permission']).status, 0)
  const compiled = readFileSync(join(folder, 'refused.portcullis.json'), 'utf8')
  const refused = (text, code, path) => assert.throws(() => new Policy(text), (error) => error.problems[0].code === code && error.problems[0].path === path)
  refused(compiled.replace('"/health"', '"/x"').replace('GET /health', 'GET /x'), 'altered', '/policy')
  refused(compiled.replace('"compiled":1', '"compiled":2'), 'unsupported_version', '/compiled')
  refused(compiled.replace(/"fingerprint":"[^"]+",/, ''), 'missing_field', '')
  assert.match(portcullis(['lint', '-'], { input: compiled.replace('book:read', 'book:update') }).stdout, /compile it again from its source \[altered\]/)
})

test('AUD-01 nothing in a policy can control a terminal', () => {
  const file = starter('evil.json', (text) => text.replace('"/books"', '"/bo\\u001b[31m\\u202eoks"').replace('"lockable"', '"lock\\u001b[2J\\u0007able"'))
  const { stdout, stderr } = portcullis(['lint', file])
  assert.doesNotMatch(stdout + stderr, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  assert.match(stdout, /\\u001b\[2J/)
  assert.equal(shown('a\u200bb\u2066c'), 'a\\u200bb\\u2066c')
})

test('colour is used on a terminal only, and not with NO_COLOR', () => {
  const written = (stream, env) => {
    let text = ''
    const terminal = new Terminal({ ...stream, write: (piece) => (text += piece) }, env)
    terminal.line(terminal.paint('red', 'no'))
    return text
  }
  assert.equal(written({ isTTY: true }, { TERM: 'xterm' }), '\u001b[31mno\u001b[39m\n')
  for (const [stream, env] of [[{}, { TERM: 'xterm' }], [{ isTTY: true }, { NO_COLOR: '1' }], [{ isTTY: true }, { TERM: 'dumb' }]]) assert.equal(written(stream, env), 'no\n')
  const file = starter('colour.json')
  assert.equal(portcullis(['lint', file], { env: { FORCE_COLOR: '1' } }).stdout, `${file}: no findings\n`)
})

test('no line is wider than the terminal, whatever it contains', () => {
  let text = ''
  const terminal = new Terminal({ isTTY: true, columns: 40, write: (piece) => (text += piece) }, { NO_COLOR: '1' })
  terminal.table(['METHOD', 'PATH', 'NEEDS'], [['GET', '/'.padEnd(90, 'x'), '日本語'.repeat(12)], ['POST', '/é', '👩‍👩‍👧 a']])
  terminal.line(terminal.wrapped('one sentence with many words, which is longer than the terminal is wide', 4))
  for (const line of text.trimEnd().split('\n')) assert.ok(widthOf(line) <= 40, line)
  assert.match(text, /…/)
  assert.deepEqual(['日本', 'é', 'a👍'].map(widthOf), [4, 1, 3])
})

test('places are found by JSON Pointer, even in a truncated text', () => {
  const places = new Places('{\n "a/b": [1, {"ä": "x\\"]", "c~": null}],\n "d": [tru')
  const of = (pointer) => Object.values(places.of(pointer)).join(':')
  assert.deepEqual(['', '/a~1b', '/a~1b/0', '/a~1b/1/ä', '/a~1b/1/c~0', '/d', '/d/0'].map(of), ['1:1', '2:2', '2:10', '2:14', '2:27', '3:2', '3:8'])
  assert.equal(of('/a~1b/1/missing/deep'), '2:13')
  assert.equal(Object.values(new Places('['.repeat(100_000)).of('/0/0')).join(':'), '1:3')
})

test('a full disk is exit code 3 and one line, without a stack trace', { skip: !existsSync('/dev/full') && 'this system has no /dev/full' }, () => {
  const bin = join(folder, 'node_modules/.bin/portcullis')
  for (const args of [['--help'], ['init', '-'], ['routes', starter('full.json')]]) {
    const { status, stderr } = spawnSync('sh', ['-c', '"$0" "$@" > /dev/full', bin, ...args], { cwd: folder, encoding: 'utf8' })
    assert.equal(status, 3, args.join(' '))
    assert.match(stderr, /^portcullis: the output cannot be written: no space is left on the device\n$/)
  }
  symlinkSync('/dev/full', join(folder, 'device.json'))
  for (const args of [['init', 'device.json', '--force'], ['compile', starter('full.json'), '--out', 'device.json']]) {
    const { status, stderr } = spawnSync(bin, args, { cwd: folder, encoding: 'utf8' })
    assert.equal(status, 3, stderr)
    assert.match(stderr, /^portcullis: device.json cannot be written: no space is left on the device\n$/)
  }
})

test('SEA-11 a policy with a byte order mark gets the same answer from the command line and the library', () => {
  const text = `\ufeff${readFileSync(join(folder, starter('mark.json')), 'utf8')}`
  writeFileSync(join(folder, 'mark.json'), text)
  let opens = true
  try {
    new Policy(text)
  } catch {
    opens = false
  }
  assert.equal(portcullis(['lint', 'mark.json']).status, opens ? 0 : 1)
})

test('SEA-11 a field that a policy has twice is named with the line and column of its second place', () => {
  const text = '{\n  "portcullis": 1, "name": "x",\n  "realm": "x",\n  "realm": "again"\n}'
  writeFileSync(join(folder, 'twice.json'), text)
  const { status, stdout } = portcullis(['lint', 'twice.json'])
  assert.equal(status, 1)
  assert.match(stdout, /^twice.json:4:3: error: the field is there twice; keep one \[twice\]\n {4}at \/realm\n/)
  assert.throws(() => new Policy(text), /^PolicyError: The policy is invalid at \/realm: the field is there twice; keep one$/)
  assert.throws(() => new Policy('{"a\\n":1,"a\\n":2}'), /invalid at \/a\\u000a: the field/)
})
