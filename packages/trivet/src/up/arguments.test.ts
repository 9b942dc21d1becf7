import { expect, test } from 'vitest'
import { readArguments } from './arguments.ts'
import { defaultConf } from './default-conf.ts'

test('files are told apart by their names', () => {
  expect(readArguments(['site.conf', 'app.ts:api', '-n', '2'], {})).toEqual({
    conf: 'site.conf',
    app: 'app.ts:api',
    port: undefined,
    host: undefined,
    processes: 2,
    help: false,
  })
})

test('a template of any name is a configuration', () => {
  expect(readArguments(['app.ts', 'site.template', '-p', '80'], {})).toMatchObject({ conf: 'site.template', port: 80 })
})

test('PORT is the port when `--port` is not given', () => {
  expect(readArguments([], { PORT: '9000' }).port).toBe(9000)
  expect(readArguments(['-p', '9001'], { PORT: '9000' }).port).toBe(9001)
})

test('an address for more than this machine is asked for', () => {
  expect(readArguments(['app.ts', '--host', '0.0.0.0'], {}).host).toBe('0.0.0.0')
  expect(defaultConf('127.0.0.1', 80, '/x')).toContain('listen 127.0.0.1:80;')
  expect(defaultConf('::', 80, '/x')).toContain('listen [::]:80;')
})

test.each([
  [['a.conf', 'app.ts', '--host', '::'], '`--host` is for an application without an nginx.conf'],
  [['--host', '::'], '`--host` is for an application without an nginx.conf'],
  [['app.ts', '--host', 'x;'], '`--host` takes an IP address'],
  [['a.conf', 'b.conf', 'app.ts'], 'one nginx.conf at most'],
  [['a.ts', 'b.ts'], 'one application at most'],
  [['a.conf'], 'needs an application'],
  [['--port', '70000'], '`--port` takes a whole number'],
  [['a.conf', 'app.ts', '--port', '80'], '`--port` is for the built-in configuration'],
  [['--prot', '80'], "Unknown option '--prot'"],
])('%j is refused: %s', (args, message) => {
  expect(() => readArguments(args, {})).toThrow(message)
})
