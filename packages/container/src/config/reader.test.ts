import { join } from 'node:path'
import { temporaryFolder } from '@trivet/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDiagnostic } from './diagnostic.ts'
import { SettingReader } from './reader.ts'
import type { Setting } from './setting.ts'

const place = { source: 'command line', line: 0, column: 1, length: 1, text: 'x' }
const given = (name: string, value: string): Setting => ({ name, value, place, valuePlace: place })

async function read(
  files: Record<string, string>,
  spec = 'a.ini',
  environment: Record<string, string> = {},
): Promise<{ settings: [string, string][]; problems: string[] }> {
  await using folder = await temporaryFolder()
  for (const [name, text] of Object.entries(files)) await folder.write(name, text)
  const reader = new SettingReader({ cwd: folder.path, environment })
  reader.add(given('ini', spec))
  const { settings } = reader.finish()
  const clean = (text: string): string => text.replaceAll(folder.path, 'DIR')
  return {
    settings: settings.slice(1).map(({ name, value }) => [name, clean(value)]),
    problems: reader.diagnostics.map((diagnostic) => clean(formatDiagnostic(diagnostic).split('\n')[0] ?? '')),
  }
}

test('what uWSGI 2.0 makes of the same file', async () => {
  // The expected values are those that `uwsgi --show-config` printed.
  const text = `[uwsgi]
   ; comment
base = /srv/%n
base = second
p = %(base)/x %d|%p|%v|%s|%e|%%|%Z|%x
sum = %(processes)
processes = 2
arith = %(processes 3 + 4)
plus = %(processes + 4)
e1 = $(HOME) $(NOPE) @(inc.txt) inline ; not comment
flag
undefd = a%(nope)b
for = a b
  env = X%(_)=%(_)
endfor
if-env = HOME
  env = H=%(_)
endif =
if-env = NOPE
  env = BAD=%(_)
endif =
ini = :other
name = uses %(later)
later = LATER
[other]
plain = yes
[uwsgi]
again = 1
`
  const { settings, problems } = await read({ 'a.ini': text, 'inc.txt': 'inc content\n' }, 'a.ini', { HOME: '/root' })
  expect(problems).toEqual([])
  expect(settings).toEqual([
    ['base', '/srv/a'],
    ['base', 'second'],
    ['p', '/srv/a/x DIR/|DIR/a.ini|DIR|a.ini|ini|%||'],
    ['sum', '2'],
    ['processes', '2'],
    ['arith', '27'],
    ['plus', '6'],
    ['e1', '/root $(NOPE) inc content inline ; not comment'],
    ['flag', ''],
    ['undefd', 'a%(nope)b'],
    ['env', 'Xa=a'],
    ['env', 'Xb=b'],
    ['env', 'H=/root'],
    ['ini', ':other'],
    ['plain', 'yes'],
    ['name', 'uses LATER'],
    ['later', 'LATER'],
    ['again', '1'],
  ])
})

test('conditions and their else', async () => {
  const text =
    '[uwsgi]\nif-env = A=1\nx = yes\nelse\nx = no\nendif\nif-exists = gone\ny = there\nelse\ny = missing\nend\nif-not-env = B\nz = %(_)\nendif\nif-opt = x=yes\nw = 1\nendif\n'
  expect((await read({ 'a.ini': text }, 'a.ini', { A: '1' })).settings).toEqual([
    ['x', 'yes'],
    ['y', 'missing'],
    // uWSGI has nothing to put there, and leaves it as it is.
    ['z', '%(_)'],
    ['w', '1'],
  ])
})

test('loops over numbers, files and lines', async () => {
  const text =
    '[uwsgi]\nfor-times = 2\nn = %(_)\nendfor\nfor-readline = list\nl = %(_)\nendfor\nfor-glob = *.conf\ng = %(_)\nendfor\n'
  expect((await read({ 'a.ini': text, list: 'one\ntwo\n', 'x.conf': '', 'y.conf': '' })).settings).toEqual([
    ['n', '1'],
    ['n', '2'],
    ['l', 'one'],
    ['l', 'two'],
    ['g', 'x.conf'],
    ['g', 'y.conf'],
  ])
})

test('other files and sections, with the magic of the first file in capitals', async () => {
  const files = { 'a.ini': '[uwsgi]\nini = sub/b.ini:two\n', 'sub/b.ini': '[two]\nname = %n-%N-%x\n' }
  expect((await read(files)).settings).toEqual([
    ['ini', 'sub/b.ini:two'],
    ['name', 'b-a-two'],
  ])
})

test('every mistake is reported with its place', async () => {
  const text =
    '[uwsgi\nx\n[uwsgi]\nini = gone.ini\nini = :nope\nendif\nelse\nfor = a\nfor = b\nset-placeholder = x\nv = @(gone.txt)\n'
  expect((await read({ 'a.ini': text })).problems).toEqual([
    'a.ini:1:1: error: section without its closing `]`',
    expect.stringMatching(/^a\.ini:4:7: error: cannot read gone\.ini: ENOENT/),
    expect.stringMatching(/^a\.ini:5:7: error: no section `\[nope\]` in a\.ini; it has .*\[uwsgi\]/),
    'a.ini:6:1: warning: `endif` without a block to close',
    'a.ini:7:1: error: `else` without an `if` above it',
    'a.ini:9:1: error: `for` inside the block of `for` (line 8): blocks do not nest',
    expect.stringMatching(/^a\.ini:10:19: error: `set-placeholder` takes NAME=VALUE/),
    'a.ini:8:1: error: the block of `for` is never closed',
    expect.stringMatching(/^a\.ini:11:5: error: `@\(gone\.txt\)`: ENOENT/),
  ])
})

test('files that include each other end', async () => {
  const { problems } = await read({ 'a.ini': '[uwsgi]\nini = b.ini\n', 'b.ini': '[uwsgi]\nini = a.ini\n' })
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain('without end')
})

test('no file makes it throw', () => {
  const piece = fc.constantFrom(
    '[uwsgi]\n',
    'a = %(a)\n',
    '%(',
    '$(',
    '@(',
    ')',
    'for = a b\n',
    'endfor\n',
    'else\n',
    'if-env = X\n',
    'ini = :uwsgi\n',
    '%',
    '\n',
    ' ',
    '=',
    'x',
    '%(a + b)',
    '%(1 / 0)\n',
  )
  return fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
      await read({ 'a.ini': pieces.join('') })
    }),
    { numRuns: 40 },
  )
})

test('a caret stands under the place, tabs included', () => {
  const text = '\tprocesses =\tx'
  const diagnostic = {
    severity: 'error',
    message: 'no',
    place: { source: join('a.ini'), line: 12, column: 14, length: 1, text },
  } as const
  expect(formatDiagnostic(diagnostic)).toBe(`a.ini:12:14: error: no\n 12 | ${text}\n    | \t           \t^`)
})
