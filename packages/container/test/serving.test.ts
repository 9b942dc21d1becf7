/** What stands before the application: static files, mounts, added headers. */
import { mkdir, symlink } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { encodePacket } from '@trivet/uwsgi'
import { Child, exchange, runToEnd, temporaryFolder, withPeers, type Folder } from '@trivet/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { command, startServing } from './container-process.ts'

const packed = gzipSync('css')
let folder: Folder
let child: Child
let url: string
let uwsgi: { path: string }

beforeAll(async () => {
  folder = await temporaryFolder()
  await folder.write('public/a.css', 'css')
  await folder.write('public/a.css.gz', packed)
  await folder.write('public/sub/home.html', 'home')
  await folder.write('public/script.php', 'php')
  await folder.write('whole/deep/file.txt', 'whole')
  await folder.write('checked/only.txt', 'checked')
  await folder.write('robots.txt', 'robots')
  await folder.write('secret.txt', 'secret')
  await folder.write('shared/safe.txt', 'safe')
  await symlink('../secret.txt', folder.join('public/escape'))
  await symlink('../shared/safe.txt', folder.join('public/safe'))
  await mkdir(folder.join('empty'))
  await folder.write(
    'other.mjs',
    "export const app = (environ, start) => { start('200 OK', []); return [Buffer.from('other ' + environ.SCRIPT_NAME + ' ' + environ.PATH_INFO)] }\n",
  )
  uwsgi = { path: folder.join('u.sock') }
  const ini = await folder.write(
    'site.ini',
    `[uwsgi]
socket = ${uwsgi.path}
vacuum = true
check-static = %dchecked
static-map = /static=%dpublic
static-map = /robots.txt=%drobots.txt
static-map2 = /deep=%dwhole
static-index = home.html
static-safe = %dshared
static-skip-ext = .php
static-gzip-ext = .css
static-expires = \\.css$ 3600
static-expires-type-mtime = text/html=60
mount = /other=%dother.mjs
mount = /other/nested=%dother.mjs:app
manage-script-name = true
add-header = X-Served-By: trivet
`,
  )
  const serving = await startServing([ini])
  child = serving.child
  url = serving.url
})

afterAll(async () => {
  await child.stop('SIGTERM', { files: [uwsgi.path] })
  await folder.remove()
})

const get = async (path: string, init: RequestInit = {}): Promise<string> => {
  const response = await fetch(url + path, init)
  return `${response.status} ${await response.text()}`
}

test.each([
  ['/static/a.css', '200 css'],
  ['/static/sub/', '200 home'],
  ['/static/safe', '200 safe'],
  ['/robots.txt', '200 robots'],
  ['/deep/file.txt', '200 whole'],
  ['/only.txt', '200 checked'],
  // What is not there, or must not be seen, goes to the application with the path as it came.
  ['/static/missing', '200 hello from /static/missing'],
  ['/static/escape', '200 hello from /static/escape'],
  ['/static/script.php', '200 hello from /static/script.php'],
  ['/static/..%2fsecret.txt', '200 hello from /static/../secret.txt'],
  ['/statics/a.css', '200 hello from /statics/a.css'],
  ['/robots.txt/x', '200 hello from /robots.txt/x'],
  // The longest prefix by segment.
  ['/other', '200 other /other '],
  ['/other/x', '200 other /other /x'],
  ['/other/nested/x', '200 other /other/nested /x'],
  ['/otherwise', '200 hello from /otherwise'],
])('GET %s is %s', async (path, answer) => {
  expect(await get(path)).toBe(answer)
})

test('HEAD, 304, compressed forms and Expires', async () => {
  expect(await get('/static/a.css', { method: 'HEAD' })).toBe('200 ')
  expect(await get('/static/a.css', { method: 'POST' })).toBe('200 hello from /static/a.css')
  const { headers } = await fetch(`${url}/static/a.css`, { method: 'HEAD', headers: { 'accept-encoding': 'gzip' } })
  expect([headers.get('content-encoding'), headers.get('content-length')]).toEqual(['gzip', String(packed.length)])
  const inAnHour = Date.parse(headers.get('expires') ?? '') - Date.now()
  expect(inAnHour).toBeGreaterThan(3_590_000)
  expect(inAnHour).toBeLessThan(3_601_000)
  const page = (await fetch(`${url}/static/sub/`)).headers
  expect(Date.parse(page.get('expires') ?? '') - Date.parse(page.get('last-modified') ?? '')).toBe(60_000)
  const since = headers.get('last-modified') ?? ''
  expect(await get('/static/a.css', { headers: { 'if-modified-since': since } })).toBe('304 ')
})

test('every response has the added header, on each front', async () => {
  for (const path of ['/static/a.css', '/other', '/x'])
    expect((await fetch(url + path)).headers.get('x-served-by')).toBe('trivet')
  const vars: [string, string][] = [
    ['REQUEST_METHOD', 'GET'],
    ['PATH_INFO', '/static/a.css'],
    ['QUERY_STRING', ''],
    ['SERVER_NAME', 'x'],
    ['SERVER_PORT', '80'],
    ['SERVER_PROTOCOL', 'HTTP/1.1'],
  ]
  const answer = await exchange(uwsgi, encodePacket(vars))
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(answer).toMatch(/X-Served-By: trivet\r\n/)
  expect(answer).toMatch(/\r\n\r\ncss$/)
})

test('mounts alone are enough, and mistakes are shown', async () => {
  const run = async (...args: string[]): Promise<string> =>
    (await runToEnd(process.execPath, [command, '--http-socket', ':0', '--check', ...args], { cwd: folder.path }))
      .output
  expect(await run('--mount', '/a=other.mjs', '--manage-script-name')).toContain('loads: other.mjs:app at /a ')
  const output = await run(
    '--mount',
    'a.example=other.mjs',
    '--static-map',
    'static=x',
    '--static-expires',
    '( 3',
    '--add-header',
    'no colon',
    '--static-expires-type',
    'text/css',
  )
  for (const line of [
    '`mount`: expected /PATH=MODULE, got `a.example=other.mjs`; hosts are not told apart here',
    '`static-map`: expected /PATH=FOLDER, got `static=x`',
    '`static-expires`: expected a regular expression: ',
    '`add-header`: expected NAME: VALUE, got `no colon`',
    '`static-expires-type`: expected TYPE=SECONDS, got `text/css`',
  ])
    expect(output).toContain(line)
})

withPeers('python3').test('static files and headers before a Python application', async () => {
  await using place = await temporaryFolder()
  const socket = place.join('p.sock')
  await place.write('public/a.txt', 'static')
  await place.write(
    'site.py',
    "def application(environ, start_response):\n    start_response('200 OK', [])\n    return [b'python ' + environ['PATH_INFO'].encode()]\n",
  )
  const serving = await startServing([
    '--module',
    place.join('site.py'),
    '--socket',
    socket,
    '--vacuum',
    '--static-map',
    `/static=${place.join('public')}`,
    '--add-header',
    'X-Served-By: trivet',
  ])
  await using _ = serving.child
  const answers = await Promise.all(
    ['/static/a.txt', '/static/b.txt'].map(async (path) => {
      const response = await fetch(serving.url + path)
      return [await response.text(), response.headers.get('x-served-by')]
    }),
  )
  expect(answers).toEqual([
    ['static', 'trivet'],
    ['python /static/b.txt', 'trivet'],
  ])
  const answer = await exchange(
    { path: socket },
    encodePacket([
      ['REQUEST_METHOD', 'GET'],
      ['PATH_INFO', '/static/a.txt'],
      ['QUERY_STRING', ''],
      ['SERVER_NAME', 'x'],
      ['SERVER_PORT', '80'],
      ['SERVER_PROTOCOL', 'HTTP/1.1'],
    ]),
  )
  expect(answer).toMatch(/X-Served-By: trivet\r\n(?:[^]*\r\n)?\r\nstatic$/)
  await serving.child.stop('SIGTERM', { files: [socket] })
})
