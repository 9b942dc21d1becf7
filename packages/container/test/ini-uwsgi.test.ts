/**
 * The same file through our reader and through a real uWSGI, whose `--show-config` prints what it made of it. Where ours
 * differs on purpose, the case says what ours gives and why.
 */
import { spawnSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { peer, temporaryFolder, withPeers, type Folder } from '@trivet/testing'
import fc from 'fast-check'
import { beforeAll, afterAll, expect, test } from 'vitest'
import { logicWords } from '../src/config/logic.ts'
import { SettingReader } from '../src/config/reader.ts'

const environment = { HOME: '/root', EMPTY: '', PATH: process.env['PATH'] ?? '' }

/** Lines that uWSGI prints and that mean nothing once they are obeyed. */
const obeyed = new RegExp(`^(?:${[...logicWords, 'set', 'set-ph', 'set-placeholder'].join('|')}) = `)

let folder: Folder

beforeAll(async () => {
  folder = await temporaryFolder()
  await folder.write('inc.txt', 'inc content\n\n')
  await folder.write('list', 'one\ntwo\n\nthree')
  await folder.write('sub/x.conf', '')
  await folder.write('sub/b.ini', '[uwsgi]\nbn = %n %N %d %D %x %X %s %S\n[two]\nt = %n-%N-%x-%X\nini = :uwsgi\n')
  await folder.write('noext', '[uwsgi]\nq = %n|%e|%s|\n')
  symlinkSync('sub/b.ini', folder.join('link.ini'))
})

afterAll(async () => await folder[Symbol.asyncDispose]())

/** What uWSGI prints; undefined when it refuses the file. */
function theirs(option: string, spec: string): string | undefined {
  const { stdout, stderr } = spawnSync(peer('uwsgi'), ['--show-config', option, spec, '--no-server'], {
    cwd: folder.path,
    env: environment,
    encoding: 'utf8',
    timeout: 10_000,
  })
  const printed = /;uWSGI instance configuration\n\[uwsgi\]\n([\s\S]*?)\n;end of configuration/.exec(
    stdout + stderr,
  )?.[1]
  return printed
    ?.split('\n')
    .filter((line, index, all) => index > 1 && index < all.length - 1 && !obeyed.test(line))
    .join('\n')
}

/** What our reader makes of it; undefined when it finds an error. */
function ours(option: string, spec: string): string | undefined {
  const reader = new SettingReader({ cwd: folder.path, environment })
  const place = { source: 'command line', line: 0, column: 1, length: 1, text: spec }
  reader.add({ name: option.slice(2), value: spec, place, valuePlace: place })
  const { settings } = reader.finish()
  if (reader.diagnostics.some(({ severity }) => severity === 'error')) return undefined
  return settings
    .slice(1)
    .map(({ name, value }) => `${name} = ${value}`)
    .join('\n')
}

const same: readonly (readonly [name: string, text: string, spec?: string])[] = [
  ['magic of the path', 'm = %p|%s|%d|%c|%e|%n|%x|%0|%1|%2|%o|%O|%j|%J|%i|%I'],
  ['magic of the machine', 'm = %v|%h|%k|%u|%U|%g|%G|%[1m'],
  ['percent signs', 'm = %%|%%%|%%(x)|%(x)|%((x)|a% b'],
  ['magic in a name', 'k%n = 1'],
  ['magic in a section', '[%n]\na = 1', 'a.ini:a'],
  ['blanks in a section', '[ uwsgi ]\na = 1\n[uwsgi]\nb = 2'],
  ['a section in pieces', 'a=1\n[x]\nb=2\n[uwsgi]\nc=3'],
  ['a section of the same file', 'ini = :x\nz=1\n[x]\nb=%x'],
  ['another file', 'ini = sub/b.ini\nz=%n %N'],
  ['a section of another file', 'ini = sub/b.ini:two\nz=%n %N'],
  ['a file without ending', 'ini = noext'],
  ['a symbolic link', 'ini = link.ini'],
  ['an included file', 'include = sub/b.ini'],
  ['the environment', 'a = $(HOME) $(NOPE) [$(EMPTY)] $HOME ${HOME} $() $(HOME'],
  ['a file as a value', 'a = @(inc.txt)|\nb = x @(inc.txt) y @(inc.txt)'],
  ['a file named by the environment', 'a = @($(HOME)/../$(HOME)/../proc/sys/kernel/ostype)'],
  ['the output of a command', 'a = @(exec://echo hi)|\nb = @(exec://printf "a\\nb\\n")|'],
  ['placeholders', 'a = 1\nb = %(a)2\nc = %(b)3\nd = x%(e)\ne = y%(f)\nf = z'],
  ['a placeholder in a placeholder', 'a = b\nb = c\nx = x%(%(a))'],
  ['parentheses', 'a = 1\nb = (%(a))\nc = %(a(b))\nd = %(a\ne = )%(a)('],
  [
    'arithmetic',
    'a = 3\nb = %(a + 4)\nc = %(a - 5)\nd = %(a * a)\ne = %(a / 0)\nf = %(a / 2)\ng = %(a ++)\nh = %(a --)\ni = %(a a)\nj = %(a a + 2 3)\nk = %( a )\nl = %(a+1)\nm = %(zz + 1)\nn = %(+ 1)\no = %(-3 + 1)\np = %(1 2)\nq = %( )\nr = %(x y)\ns = %(a * )',
  ],
  ['the first of several', 'a=1\na=2\nb = %(a)'],
  ['upper case', 'A = 1\nx = %(a) %(A)'],
  [
    'placeholders by option',
    'set-placeholder = a=1\nset-ph = b=2\nset = c=3\nset = processes=3\nx = %(a)%(b)%(c)%(processes)',
  ],
  ['for', 'for = a  b c\nx = %(_)\ny%(_) = %(_)-%(_)\nendfor = x\nfor = \nz = 1\nendfor\nfor\nw = 1\nend-for'],
  ['for-times', 'for-times = 3\nx = %(_)\nendfor\nfor-times = x\ny = 1\nendfor\nfor-times = -1\nz = 1\nend'],
  ['for-readline', 'for-readline = list\nx = %(_)\nendfor'],
  [
    'for-glob',
    'for-glob = sub/*\nx = %(_)\nendfor\nfor-glob = nope/*\ny = %(_)\nendfor\nfor-glob = %v/su*\nz = %(_)\nendfor',
  ],
  [
    'if-env',
    'if-env = HOME\nx = %(_)\nendif\nif-env = NOPE\ny = %(_)\nendif\nif-env = HOME=/root\nz = %(_)\nendif\nif-env = HOME=/x\nw=1\nendif\nif-env = EMPTY\nv = [%(_)]\nendif\nifenv = HOME\nu = 1\nend-if',
  ],
  [
    'if-not-env',
    'if-not-env = NOPE\nx = [%(_)]\nendif\nif-not-env = HOME\ny = 1\nendif\nif-not-env = HOME=/x\nz = [%(_)]\nendif\nif-not-env = HOME=/root\nw = 1\nendif',
  ],
  [
    'if-opt',
    'a = 1\nif-opt = a\nx = [%(_)]\nendif\nif-opt = a=1\ny = [%(_)]\nendif\nif-opt = a=2\nz=1\nendif\nif-opt = nope\nw = 1\nendif',
  ],
  [
    'if-not-opt',
    'a = 1\nif-not-opt = b\nx = [%(_)]\nendif\nif-not-opt = a=2\ny = [%(_)]\nendif\nif-not-opt = a\nz = 1\nendif',
  ],
  [
    'if-exists',
    'if-exists = inc.txt\nx = %(_)\nendif\nif-exists = nope\ny=1\nendif\nif-not-exists = nope\nz = %(_)\nendif\nifexists = sub\nw = 1\nendif',
  ],
  ['if-file', 'if-file = inc.txt\nx = %(_)\nendif\nif-file = sub\ny=1\nendif\nif-not-file = sub\nz = %(_)\nendif'],
  [
    'if-dir',
    'if-dir = inc.txt\nx = 1\nendif\nif-dir = sub\ny=%(_)\nendif\nif-not-dir = inc.txt\nz = %(_)\nendif\nif-directory = sub\nw=1\nendif\nifdir = sub\nv=1\nendif',
  ],
  [
    'if-hostname',
    'if-hostname = %h\nx = %(_)\nendif\nif-not-hostname = zz\ny=%(_)\nendif\nif-hostname-match = ^%h$\nz=%(_)\nendif\nif-not-hostname-match = ^$\nw=%(_)\nendif',
  ],
  ['if-reload', 'if-reload\nx = 1\nendif\nif-not-reload\ny=1\nendif'],
  ['if-plugin', 'if-plugin = lua\nx = 1\nendif\nif-not-plugin = lua\ny=%(_)\nendif'],
  [
    'conditions see no references',
    'p = HOME\nif-env = $(p)\nx=1\nendif\nif-exists = $(HOME)\ny=1\nendif\nif-exists = %(p)\nz=1\nendif',
  ],
  ['a file inside a block', 'if-env = HOME\nini = :x\nendif\n[x]\ny = 1\nz = %(_)'],
  ['comments', '; c\n# d\n ; c\n\t# d\na = 1 ; x\nb = 1 # y\n;c = 1'],
  ['blanks and line ends', '\n   \n\t\na=1\r\n  b\t=\t2  \t\r\n'],
  ['equals signs', 'a = b = c\nb==c'],
  ['flags', 'flag\nflag2 = \nflag3=true'],
  ['no quoting, no escapes, no continuation', 'a = "x y"\nb = \'z\'\nc = \\n\nd = x \\\n  y'],
  ['other alphabets', 'a = é %n ü'],
  ['letters are no options', 'p = 4\ns = x\ny = z\nj = %(p)'],
  ['blocks do not nest', 'if-env = HOME\nfor = a b\nx = 1\nendfor\nendif'],
  ['a missing file as a value', 'a = @(gone)'],
  ['a missing file', 'ini = gone.ini'],
  ['an option as a placeholder', 'set-ph = processes=3'],
]

withPeers('uwsgi').describe('uWSGI reads it so too', () => {
  test.each(same)('%s', async (_name, text, spec = 'a.ini') => {
    await folder.write('a.ini', `[uwsgi]\n${text}\n`)
    expect(ours('--ini', spec)).toBe(theirs('--ini', spec))
  })

  test('the output of a command as the whole file', () => {
    const spec = 'exec://printf "[uwsgi]\\na = %%v %%n\\n"'
    expect(ours('--ini', spec)).toBe(theirs('--ini', spec))
  })

  const yaml =
    'other:\n  x: 1\nuwsgi:\n  socket: ":3031"\n  # comment\n  env: A=%n\n  env: B=2\n  base: /srv\n  p: "%(base)/x"\n  chdir: %d\n  chmod-socket: 660\n  master: true\n'
  test('YAML', async () => {
    await folder.write('a.yaml', yaml)
    expect(ours('--yaml', 'a.yaml')).toBe(theirs('--yaml', 'a.yaml'))
    expect(ours('--yaml', 'a.yaml:other')).toBe(theirs('--yaml', 'a.yaml:other'))
  })

  test('JSON', async () => {
    const text = JSON.stringify(
      { uwsgi: { a: '%n', env: ['A=1', 'B=2'], p: '%(a)/x', n: 4 }, other: { x: '1' } },
      null,
      2,
    )
    await folder.write('a.json', text)
    expect(ours('--json', 'a.json')).toBe(theirs('--json', 'a.json'))
    expect(ours('--json', 'a.json:other')).toBe(theirs('--json', 'a.json:other'))
  })

  const name = fc.constantFrom('a', 'b', 'c', 'd')
  const text = fc
    .array(
      fc.oneof(
        name,
        fc.constantFrom(' ', '/', '1', '.', '-', ')', '$(HOME)', '%d', '%n', '%%', '=', ';', '%(_)'),
        name.map((letter) => `%(${letter})`),
        fc
          .tuple(name, fc.constantFrom('+', '-', '*', '/'), fc.nat(9))
          .map(([letter, sign, number]) => `%(${letter} ${sign} ${number})`),
      ),
      { maxLength: 6 },
    )
    .map((pieces) => `-${pieces.join('')}`)
  const line = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(name, text).map(([letter, value]) => `${letter} = ${value}`) },
    fc.constantFrom('[other]', '[uwsgi]', '; x', 'flag', ''),
  )
  const block = fc
    .tuple(
      fc.constantFrom(
        'for = x y',
        'for-times = 2',
        'if-env = HOME',
        'if-env = NOPE',
        'if-not-env = NOPE',
        'if-opt = a',
        'if-not-opt = b',
        'if-dir = sub',
        'if-exists = gone',
      ),
      fc.array(
        fc.tuple(name, text).map(([letter, value]) => `${letter} = ${value}`),
        { maxLength: 3 },
      ),
    )
    .map(([opener, body]) => [opener, ...body, 'end'].join('\n'))

  test('whatever is put together of these', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof({ weight: 3, arbitrary: line }, block), { maxLength: 12 }), async (lines) => {
        // The first value of a name counts, so no placeholder comes back to itself: uWSGI would never end.
        await folder.write('a.ini', `[uwsgi]\na = 3\nb = 4-\nc = x\nd =\n${lines.join('\n')}\n`)
        expect(ours('--ini', 'a.ini')).toBe(theirs('--ini', 'a.ini'))
      }),
      { numRuns: 60 },
    )
  })
})

const different: readonly (readonly [
  why: string,
  text: string,
  ours: string | undefined,
  theirs: string | undefined,
])[] = [
  ['a percent sign at the end of a line keeps the line apart', 'm = 100%\nn = 1', 'm = 100%\nn = 1', 'm = 100n = 1'],
  [
    'a placeholder is replaced wherever it stands',
    'd = %(e)\ne = %(a)\na = 1',
    'd = 1\ne = 1\na = 1',
    'd = %(a)\ne = 1\na = 1',
  ],
  ['a file can be named by a placeholder', 'f = inc.txt\na = @(%(f))', 'f = inc.txt\na = inc content\n', undefined],
  ['a value without a name is an error', '= d', undefined, ' = d'],
  ['a section must be there', '[other]\na = 1', undefined, ''],
  ['a command that fails is an error, not an empty value', 'a = @(exec://false)', undefined, 'a = '],
  ['an end without its block is pointed out, no more', 'endif\nx = 1', 'x = 1', 'x = 1'],
]

withPeers('uwsgi').describe('ours differs on purpose', () => {
  test.each(different)('%s', async (_why, text, expected, known) => {
    await folder.write('a.ini', text.startsWith('[') ? `${text}\n` : `[uwsgi]\n${text}\n`)
    expect(ours('--ini', 'a.ini')).toBe(expected)
    expect(theirs('--ini', 'a.ini')).toBe(known)
  })
})

test('what comes from outside is never taken for a reference', async () => {
  await folder.write('evil.txt', '@(exec://touch owned) $(SECRET) %(a)\n')
  await folder.write('a.ini', '[uwsgi]\na = 1\nb = @(evil.txt)\nc = $(EVIL)\n')
  const reader = new SettingReader({ cwd: folder.path, environment: { SECRET: 'x', EVIL: '@(exec://touch owned)' } })
  const place = { source: 'command line', line: 0, column: 1, length: 1, text: '' }
  reader.add({ name: 'ini', value: 'a.ini', place, valuePlace: place })
  expect(
    reader
      .finish()
      .settings.slice(1)
      .map(({ value }) => value),
  ).toEqual(['1', '@(exec://touch owned) $(SECRET) %(a)', '@(exec://touch owned)'])
  expect(await folder.list()).not.toContain('owned')
})
