/** Applications in Python: how they are found, and what they see of a request. */
import { mkdir } from 'node:fs/promises'
import { eventually, exchange, runToEnd, temporaryFolder, withPeers } from '@trivet/testing'
import { encodePacket } from '@trivet/uwsgi'
import { expect } from 'vitest'
import { command, spawnContainer } from './container-process.ts'
import { pythonFixtures, startPython } from './python-process.ts'

const { concurrent: test } = withPeers('python3')

test('a WSGI file over http and uwsgi', async () => {
  await using folder = await temporaryFolder()
  const socket = folder.join('app.sock')
  const { child, url } = await startPython(['--wsgi-file', 'app.py', '--socket', socket, '--vacuum'])
  await using _ = child
  expect(child.output).toMatch(/worker 1 \(pid: \d+\) is ready, serving app\.py:application \(wsgi\)/)
  const response = await fetch(`${url}/hello?a=b`)
  expect([response.status, await response.text()]).toEqual([200, 'hello from Python\n'])
  expect(response.headers.get('content-length')).toBe('18')
  await child.until(
    /\[pid: \d+\|app: 0\|req: 1\/1\] 127\.0\.0\.1 \(\) \{\d+ vars in \d+ bytes\} \[.*\] GET \/hello\?a=b => generated 18 bytes in \d+ msecs \(HTTP\/1\.1 200\) 1 headers in \d+ bytes \(1 switches on core 0\)\n/,
  )

  const packet = encodePacket([
    ['REQUEST_METHOD', 'GET'],
    ['PATH_INFO', '/hello'],
  ])
  expect(await exchange({ path: socket }, packet)).toBe(
    'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 18\r\n\r\nhello from Python\n',
  )
  await child.stop('SIGTERM', { sockets: [{ path: socket }] })
})

test('what an application sees', async () => {
  const { child, url, address } = await startPython(['--wsgi-file', 'app.py', '--disable-logging'])
  await using _ = child
  const text = await (await fetch(`${url}/show/%C3%A9?q=1`, { headers: { 'X-Name': 'value' } })).text()
  for (const line of [
    'REQUEST_METHOD=GET',
    'SCRIPT_NAME=',
    'PATH_INFO=/show/Ã©',
    'QUERY_STRING=q=1',
    'SERVER_PROTOCOL=HTTP/1.1',
    'SERVER_NAME=127.0.0.1',
    `SERVER_PORT=${address.port}`,
    'REMOTE_ADDR=127.0.0.1',
    'HTTP_X_NAME=value',
    'wsgi.url_scheme=http',
    'wsgi.multithread=False',
    'wsgi.version=(1, 0)',
  ]) {
    expect(text.split('\n')).toContain(line)
  }
  expect(text).not.toContain('UWSGI_KEEPALIVE')
  expect(text).not.toMatch(/^CONTENT_/m)
  const body = 'x'.repeat(300_000)
  const posted = await fetch(`${url}/echo`, { method: 'POST', body })
  expect(await posted.text()).toBe(body)
  expect(await (await fetch(`${url}/stream`)).text()).toBe('0\n1\n2\n')
})

test('an error of the application is a 500 and a traceback in the log', async () => {
  const { child, url } = await startPython(['--wsgi-file', 'app.py', '--disable-logging'])
  await using _ = child
  expect((await fetch(`${url}/fail`)).status).toBe(500)
  await child.until(/\[worker 1\] RuntimeError: this application fails\n/)
  expect(child.output).toContain('[worker 1] GET /fail:\n')
  expect(child.output).not.toContain('trivet_worker')
  expect((await fetch(`${url}/nothing`)).status).toBe(500)
  await child.until('GET /nothing: the application must return an iterable of bytes, got None\n')
  expect((await fetch(`${url}/noise`)).status).toBe(200)
  expect((await fetch(`${url}/hello`)).status).toBe(200)
})

for (const args of [
  ['--module', 'package.site'],
  ['--module', 'package.site:app'],
  ['--module', 'package.site:make()'],
  ['--wsgi-file', 'package/site.py:app'],
  ['--module', 'site_module', '--pythonpath', 'package'],
])
  test(`an application is found: ${args.join(' ')}`, async () => {
    await using folder = await temporaryFolder()
    await mkdir(folder.join('package'))
    const source = `
import json
def app(environ, start_response):
    start_response('200 OK', [])
    return [json.dumps({'a': 1}).encode()]
def make():
    return app
`
    await folder.write('package/__init__.py', '')
    await folder.write('package/site.py', source)
    await folder.write('package/site_module.py', source)
    // A module of the application's own must not stand for Python's.
    await folder.write('select.py', 'raise ImportError("shadowed")\n')
    const { child, url } = await startPython(['--disable-logging', ...args], { cwd: folder.path })
    await using _ = child
    expect(await (await fetch(url)).json()).toEqual({ a: 1 })
  })

test('a module that no language has: both lookups are named', async () => {
  await using folder = await temporaryFolder()
  const { code, output } = await runToEnd(
    process.execPath,
    [command, '--http', '127.0.0.1:0', '--module', 'mysite.wsgi'],
    {
      cwd: folder.path,
    },
  )
  expect(code).toBe(1)
  expect(output).toContain(`there is no \`mysite.wsgi\` in ${folder.path}`)
  expect(output).toContain(`and no Python module mysite/wsgi.py in ${folder.path}`)
})

test('a module that both languages have', async () => {
  await using folder = await temporaryFolder()
  await folder.write('app.py', '')
  await folder.write('app.ts', '')
  const { code, output } = await runToEnd(process.execPath, [command, '--http', '127.0.0.1:0', '--module', 'app'], {
    cwd: folder.path,
  })
  expect(code).toBe(1)
  expect(output).toContain('say `runtime = python` or `runtime = javascript`')
})

for (const [source, message] of [
  [
    'import nothing_of_that_name\n',
    /named 'nothing_of_that_name'\nlooked for by \/.*python.* \(Python 3\.[\d.]+\); `virtualenv` or `python` names another/,
  ],
  ['def application(:\n', /SyntaxError: invalid syntax/],
  ['x = 1\n', /app\.py has neither `application` nor `app`; it has nothing that can be called/],
  ['application = 1\n', /app\.py:application is an object of int, which cannot be called/],
  ['raise SystemExit(3)\n', /SystemExit: 3/],
] as const)
  test(`an application that does not load: ${source.trim()}`, async () => {
    await using folder = await temporaryFolder()
    await folder.write('app.py', source)
    await using child = await spawnContainer(['--http', '127.0.0.1:0', '--wsgi-file', 'app.py'], { cwd: folder.path })
    expect(await child.untilExit()).toEqual({ code: 22, signal: null })
    expect(child.output).toMatch(message)
    expect(child.output).not.toContain('trivet_worker/')
  })

test('no python3: the package is named', async () => {
  await using folder = await temporaryFolder()
  const { code, output } = await runToEnd(
    process.execPath,
    [command, '--http', '127.0.0.1:0', '--wsgi-file', 'app.py'],
    {
      cwd: pythonFixtures,
      env: { PATH: folder.path },
    },
  )
  expect(code).toBe(1)
  expect(output).toContain('install the package `python3`')
})

test("mounts, and an application of the standard library's own checker", async () => {
  await using folder = await temporaryFolder()
  const source = `
from wsgiref.validate import validator
@validator
def application(environ, start_response):
    body = environ['wsgi.input'].read(int(environ.get('CONTENT_LENGTH') or 0))
    write = start_response('200 OK', [('Content-Type', 'text/plain')])
    if environ['PATH_INFO'] == '/written':
        write(b'written ')
    return iter([f"NAME {environ['SCRIPT_NAME']} {environ['PATH_INFO']} ".encode(), body])
`
  await folder.write('one.py', source.replace('NAME', 'one'))
  await folder.write('two.py', source.replace('NAME', 'two'))
  const mounts = ['--mount', '/=one.py', '--mount', '/b=two.py', '--manage-script-name']
  const { child, url } = await startPython(mounts, { cwd: folder.path })
  await using _ = child
  expect(child.output).toContain('serving one.py:application at /, two.py:application at /b (wsgi)')
  expect(await (await fetch(`${url}/x`)).text()).toBe('one  /x ')
  expect(await (await fetch(`${url}/b/x`, { method: 'POST', body: 'body' })).text()).toBe('two /b /x body')
  expect(await (await fetch(`${url}/written`, { method: 'PUT', body: 'end' })).text()).toBe('written one  /written end')
  expect((await fetch(`${url}/x`, { method: 'HEAD' })).status).toBe(200)
  expect(child.output).not.toContain('AssertionError')
})

test('--check loads the application, and calls nothing of it', async () => {
  await using folder = await temporaryFolder()
  const source = `
from uwsgidecorators import postfork
print('loaded', flush=True)
@postfork
def forked():
    print('forked', flush=True)
async def application(scope, receive, send):
    print('called for', scope['type'], flush=True)
`
  await folder.write('app.py', source)
  const args = [command, '--http', '127.0.0.1:0', '--check', '--asgi', 'app:application']
  const { code, output } = await runToEnd(process.execPath, args, { cwd: folder.path })
  expect(code, output).toBe(0)
  expect(output).toContain('the application loads: app:application (asgi)')
  expect(output).toContain('loaded\n')
  expect(output).not.toMatch(/forked|called/)
  await folder.write('app.py', 'import nothing_of_that_name\n')
  const failed = await runToEnd(process.execPath, args, { cwd: folder.path })
  expect(failed.code).not.toBe(0)
  expect(failed.output).toContain("No module named 'nothing_of_that_name'")
})

test('py-autoreload', async () => {
  await using folder = await temporaryFolder()
  const source = 'from part import word\ndef application(e, s):\n    s("200 OK", [])\n    return [word]\n'
  await folder.write('app.py', source)
  await folder.write('part.py', 'word = b"old"\n')
  const { child, url } = await startPython(['--wsgi-file', 'app.py', '--py-autoreload', '1'], { cwd: folder.path })
  await using _ = child
  expect(await (await fetch(url)).text()).toBe('old')
  await folder.write('part.py', 'word = b"newer"\n')
  await child.until(/part\.py changed: reloading\n/)
  await eventually(async () => (await (await fetch(url)).text()) === 'newer', { timeout: 20_000 })
})
