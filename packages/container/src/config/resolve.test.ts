import { expect, test } from 'vitest'
import { formatDiagnostic } from './diagnostic.ts'
import { hasErrors, readCommandLine, readOptions, type ReadConfig } from './read.ts'
import { splitModule } from './model/application.ts'

const scope = { cwd: '/srv/site', environment: {} }
const read = (...argv: string[]): ReadConfig =>
  readCommandLine(['--module', 'app.ts', '--http-socket', ':8080', ...argv], scope)
const problems = (...argv: string[]): string[] =>
  read(...argv).diagnostics.map((diagnostic) => formatDiagnostic(diagnostic).split('\n')[0] ?? '')

test('a whole configuration', () => {
  const { config, diagnostics } = read(
    '-p',
    '4',
    '--socket',
    'run/app.sock',
    '--http',
    '[::1]:80',
    '--chdir',
    'web',
    '--env',
    'A=b',
    '--env',
    'C=d=e',
    '--chmod-socket',
    '--pidfile',
    'x.pid',
    '--logto',
    '/var/log/x',
    '--touch-reload',
    'reload',
    '--vacuum',
    '--limit-post',
    '1000',
    '--uid',
    'root',
    '-L',
  )
  expect(diagnostics).toEqual([])
  expect(config).toMatchObject({
    application: {
      reference: { module: 'app.ts', export: undefined, interface: 'auto' },
      directory: '/srv/site/web',
      environment: { A: 'b', C: 'd=e' },
    },
    sockets: { mode: 0o666, backlog: 1024 },
    workers: { processes: 4, uid: 0, gid: 0 },
    limits: { bufferSize: 65_535, maxVars: 512, maxBody: 1000, uwsgiTimeout: 4000, httpTimeout: 60_000 },
    log: { file: '/var/log/x', requests: false, format: undefined },
    reloads: { touch: [{ path: '/srv/site/web/reload', action: { kind: 'reload' } }] },
    files: { pidFile: '/srv/site/x.pid', vacuum: true },
  })
  expect(config.sockets.fronts.map(({ protocol, address }) => [protocol, address])).toEqual([
    ['uwsgi', { path: '/srv/site/web/run/app.sock' }],
    ['http', { host: '0.0.0.0', port: 8080 }],
    ['http', { host: '::1', port: 80 }],
  ])
})

test('the last of a single-valued option counts, whatever its alias', () => {
  expect(read('--processes', '2', '--workers', '3').config.workers.processes).toBe(3)
})

test('everything that is wrong is said, each once', () => {
  expect(
    problems(
      '--processes',
      'four',
      '--buffer-size',
      '99',
      '--socket',
      '8080',
      '--http',
      ':8080',
      '--env',
      'X',
      '--uid',
      'nobody-there',
      '--chmod-socket=9',
      '--interface',
      'cgi',
    ),
  ).toEqual([
    'command line: error: `processes`: expected a whole number, got `four`',
    'command line: error: `buffer-size`: expected 1024 to 65535, got 99',
    'command line: error: `socket`: expected HOST:PORT or the path of a socket, got `8080`; for a port write `:8080`',
    'command line: error: `http`: :8080 is taken by `http-socket` already',
    'command line: error: `env`: expected NAME=VALUE, got `X`',
    'command line: error: `uid`: there is no user `nobody-there` in /etc/passwd',
    'command line: error: `chmod-socket`: expected an octal mode such as 660, got `9`',
    'command line: error: `interface`: expected auto, tsgi, fetch, node, wsgi, asgi, got `cgi`',
  ])
})

test('nothing to serve, and nothing to serve on', () => {
  const { diagnostics } = readCommandLine([], scope)
  expect(diagnostics.map(({ message }) => message.split(':')[0])).toEqual(['no application', 'nothing to serve on'])
})

test("options without effect are answered, booleans are uWSGI's", () => {
  expect(problems('--enable-threads', '--ksm', '--master=off', '--need-app=no', '--vacuum=maybe')).toEqual([
    'command line: note: `enable-threads` does nothing here: an application may always start threads',
    'command line: warning: `ksm` is not available here: let the service manager limit the processes',
    'command line: note: `master = off` has no effect: there is always a master, which costs no request anything',
    'command line: note: `need-app = no` has no effect: an application that does not load ends the start with exit code 22',
    'command line: warning: `vacuum`: expected true or false, got `maybe`, which counts as true',
  ])
  for (const no of ['false', 'OFF', 'no', '0']) expect(read(`--vacuum=${no}`).config.files.vacuum).toBe(false)
})

test('options of a program are the same options', () => {
  // As a JavaScript caller would misspell it.
  const typo: object = { procesess: 2 }
  const { config, diagnostics } = readOptions(
    { module: 'app:app', httpSocket: [':1', ':2'], env: { A: '1' }, disableLogging: true, processes: 2 },
    scope,
  )
  expect(diagnostics).toEqual([])
  expect(config).toMatchObject({
    application: { reference: { module: 'app', export: 'app' }, environment: { A: '1' } },
    workers: { processes: 2 },
    log: { requests: false },
  })
  expect(config.sockets.fronts).toHaveLength(2)
  const wrong = readOptions({ module: 'app', httpSocket: ':1', ...typo }, scope)
  expect(wrong.diagnostics.map(({ message }) => message)).toEqual([
    'unknown option `procesess`, did you mean `processes`?',
  ])
  expect(hasErrors(wrong.diagnostics)).toBe(false)
  expect(hasErrors(readOptions({ module: 'app', httpSocket: ':1', strict: true, ...typo }, scope).diagnostics)).toBe(
    true,
  )
})

test.each([
  ['app.ts', 'app.ts', undefined],
  ['app:application', 'app', 'application'],
  ['dir/app.ts:make.app', 'dir/app.ts', 'make.app'],
  ['@scope/pkg:app', '@scope/pkg', 'app'],
  ['app:create()', 'app', 'create'],
  ['file:///x/app.ts', 'file:///x/app.ts', undefined],
])('module %s', (text, module, name) => {
  expect(splitModule(text)).toEqual({ module, name })
})

test('what is wrong for several concerns is said once', () => {
  expect(problems('--processes', 'four', '--mules', '2', '--cheaper', '1')).toEqual([
    'command line: error: `processes`: expected a whole number, got `four`',
    'command line: error: `cheaper`: is of use only with more `processes`, got 1; `processes` is 1',
  ])
})

test('an address with a port too many is no name of a file', () => {
  expect(problems('--socket', '127.0.0.1:80:90')).toEqual([
    'command line: error: `socket`: expected HOST:PORT, got `127.0.0.1:80:90`',
  ])
})
