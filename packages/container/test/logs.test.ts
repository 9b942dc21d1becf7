/** Where lines go, and which there are. */
import { eventually, temporaryFolder, withPeers } from '@trivet/testing'
import { expect, test } from 'vitest'
import { spawnContainer, startServing } from './container-process.ts'
import { startPython } from './python-process.ts'

test('loggers, routes and encoders', async () => {
  await using folder = await temporaryFolder()
  const path = (name: string): string => `file:${folder.join(name)}`
  const { child, url } = await startServing([
    '--logger',
    'stdio',
    '--logger',
    `ready ${path('ready')}`,
    '--log-route',
    'ready is ready, serving',
    '--req-logger',
    path('requests'),
    '--log-req-encoder',
    'json {"line":"${msg}"}',
    '--log-date=%Y',
    '--memory-report',
    '--log-x-forwarded-for',
    '--log-micros',
  ])
  await using _ = child
  await fetch(`${url}/a?b="c"`, { headers: { 'x-forwarded-for': '203.0.113.9' } })
  const line = await eventually(async () => (await folder.read('requests')).split('\n')[0])
  const { line: text } = JSON.parse(line) as { line: string }
  expect(text).toMatch(/^\{address space usage: \d+ bytes\/\d+MB\} \{rss usage: \d+ bytes\/\d+MB\} \[pid: \d+\|app: 0/)
  expect(text).toMatch(/ 203\.0\.113\.9 \(\) .* GET \/a\?b=%22c%22 => generated \d+ bytes in \d+ micros /)
  expect(await folder.read('ready')).toMatch(new RegExp(`^${new Date().getFullYear()} - worker 1 .* is ready, serving`))
  expect(child.output).not.toContain('is ready')
  expect(child.output).not.toContain('GET /a')
  await child.stop()
})

const conditions = ['--disable-logging', '--log-4xx', '--log-5xx', '--log-slow', '300', '--log-big', '100000']

test('without request logging, what matters is logged all the same', async () => {
  const { child, url } = await startServing(conditions)
  await using _ = child
  await (await fetch(`${url}/quiet`)).text()
  await (await fetch(`${url}/throws`)).text()
  await child.until('(HTTP/1.1 500)')
  await (await fetch(`${url}/slow`)).text()
  await child.until('GET /slow')
  await (await fetch(`${url}/echo`, { method: 'POST', body: Buffer.alloc(200_000) })).arrayBuffer()
  await child.until('POST /echo')
  await child.stop()
  expect(child.output).not.toContain('GET /quiet')
})

withPeers('python3').test('in Python too', async () => {
  await using folder = await temporaryFolder()
  await folder.write(
    'site.py',
    "def application(environ, start_response):\n    start_response('404 Not Found' if 'bad' in environ['PATH_INFO'] else '200 OK', [])\n    return [b'x']\n",
  )
  const { child, url } = await startPython(
    ['--module', folder.join('site.py'), '--memory-report', '--log-x-forwarded-for', ...conditions],
    {},
  )
  await using _ = child
  await (await fetch(`${url}/quiet`)).text()
  await (await fetch(`${url}/bad`, { headers: { 'x-forwarded-for': '203.0.113.9' } })).text()
  await child.until(/\{address space usage: \d+ bytes.* 203\.0\.113\.9 .*GET \/bad =>/)
  await child.stop()
  expect(child.output).not.toContain('GET /quiet')
})

test('a full disk under a logger is said once, and requests go on', async () => {
  const { child, url } = await startServing(['--req-logger', 'file:/dev/full'])
  await using _ = child
  for (const path of ['/1', '/2', '/3']) expect(await (await fetch(url + path)).text()).toBe(`hello from ${path}`)
  await child.until('cannot write to /dev/full: ENOSPC: no space left on device, write')
  await child.stop()
  expect(child.output.match(/cannot write to/g)).toHaveLength(1)
})

test('mistakes are shown, and a log that cannot be opened ends the start', async () => {
  const refused = async (...args: string[]): Promise<string> => {
    const child = await spawnContainer(['--module', 'app.ts', '--http-socket', ':0', ...args])
    await using _ = child
    expect((await child.untilExit()).code).toBe(1)
    return child.output
  }
  const output = await refused('--check', '--logger', 'flie:x', '--log-route', 'nobody x', '--log-encoder', 'gzip')
  expect(output).toContain('`logger`: expected [NAME ]file, stdio, syslog, rsyslog or socket with :ARGUMENTS')
  expect(output).toContain('`log-route`: there is no logger called `nobody`')
  expect(output).toContain('`log-encoder`: expected prefix, suffix, nl, format or json, got `gzip`')
  expect(await refused('--logger', 'file:/nowhere/log')).toContain('error: the log cannot be opened: ENOENT')
})
