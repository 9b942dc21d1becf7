import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readArgv } from './argv.ts'
import { formatDiagnostic } from './diagnostic.ts'

function read(...argv: string[]): { settings: [string, string][]; problems: string[] } {
  const settings: [string, string][] = []
  const problems: string[] = []
  readArgv(argv, { add: ({ name, value }) => settings.push([name, value]) }, (diagnostic) =>
    problems.push(formatDiagnostic(diagnostic)),
  )
  return { settings, problems }
}

test('long and short options, joined and apart', () => {
  expect(
    read(
      '--processes',
      '4',
      '--http-socket=:80',
      '-Mp2',
      '-s',
      '/x',
      '-w',
      'app.ts',
      '--master=false',
      '--chmod-socket=660',
      '--chmod-socket',
    ),
  ).toEqual({
    settings: [
      ['processes', '4'],
      ['http-socket', ':80'],
      ['master', ''],
      ['processes', '2'],
      ['socket', '/x'],
      ['module', 'app.ts'],
      ['master', 'false'],
      ['chmod-socket', '660'],
      ['chmod-socket', ''],
    ],
    problems: [],
  })
})

test('positional arguments are configuration files by their ending, or the application', () => {
  expect(
    read('a.ini', 'b.ini:prod', 'c.yaml', 'd.yml', 'e.json', 'f.xml', 'g.config.ts', 'app.ts', '--', 'dir/app:app')
      .settings,
  ).toEqual([
    ['config', 'a.ini'],
    ['config', 'b.ini:prod'],
    ['config', 'c.yaml'],
    ['config', 'd.yml'],
    ['config', 'e.json'],
    ['config', 'f.xml'],
    ['config', 'g.config.ts'],
    ['module', 'app.ts'],
    ['module', 'dir/app:app'],
  ])
})

test('known options without effect still take their values', () => {
  expect(read('--harakiri', '30', '--enable-threads', 'a.ini').settings).toEqual([
    ['harakiri', '30'],
    ['enable-threads', ''],
    ['config', 'a.ini'],
  ])
})

test('unknown options are named, with what was meant and a caret', () => {
  expect(read('--http-socket', ':80', '--procesess', '3').problems).toEqual([
    'command line: error: unknown option `--procesess`, did you mean `--processes`?\n  | --http-socket :80 --procesess 3\n  |                   ^^^^^^^^^^^',
  ])
  expect(read('--xyzzy').problems[0]).toContain('`--help` lists the options')
  expect(read('-B').problems[0]).toContain('unknown option `-B`')
})

test('a missing value is noticed, also before another option', () => {
  expect(read('--processes', '--master').problems[0]).toContain('`--processes` needs a value')
  expect(read('--processes').problems[0]).toContain('`--processes` needs a value')
})

test('no command line makes it throw', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.constantFrom('--', '-', '--processes', '-p', '-M', '--x=y', 'a.ini', '-p='))),
      (argv) => void read(...argv),
    ),
  )
})
