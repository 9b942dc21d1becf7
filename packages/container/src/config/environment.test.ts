import { expect, test } from 'vitest'
import { formatDiagnostic } from './diagnostic.ts'
import { readCommandLine, readOptions } from './read.ts'

const scope = (environment: Record<string, string>) => ({ cwd: '/srv/site', environment })

test('the environment gives options, and everything else overrules it', () => {
  const environment = {
    UWSGI_HTTP_SOCKET: ':1',
    UWSGI_PROCESSES: '2',
    UWSGI_RELOADS: '1',
    MODULE: 'x',
    UWSGI_MODULE: 'app',
  }
  const { config, diagnostics } = readCommandLine(['--processes', '3'], scope(environment))
  expect(diagnostics).toEqual([])
  expect(config).toMatchObject({
    application: { reference: { module: 'app' } },
    sockets: { fronts: [{ address: { port: 1 } }] },
    workers: { processes: 3 },
  })
})

test('a mistake in it is shown where it stands', () => {
  const argv = ['--module', 'app', '--http-socket', ':1']
  const { diagnostics } = readCommandLine(argv, scope({ UWSGI_PROCESSES: 'four' }))
  expect(diagnostics.map(formatDiagnostic)).toEqual([
    'environment: error: `processes`: expected a whole number, got `four`\n  | UWSGI_PROCESSES=four\n  |                 ^^^^',
  ])
})

test('a program says itself what it wants', () => {
  const { config } = readOptions({ module: 'app', httpSocket: ':1' }, scope({ UWSGI_PROCESSES: '4' }))
  expect(config.workers.processes).toBe(1)
})
