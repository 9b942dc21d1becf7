import { readFileSync } from 'node:fs'
import { encodePacket } from '@trivet/uwsgi'
import { eventually, exchange, freePort, startNginx, temporaryFolder, withPeers } from '@trivet/testing'
import { expect, test } from 'vitest'
import { spawnContainer, startServing } from './container-process.ts'

const vars = (path: string, more: [string, string][] = []): [string, string][] => [
  ['REQUEST_METHOD', 'GET'],
  ['REQUEST_URI', path],
  ['PATH_INFO', path],
  ['QUERY_STRING', ''],
  ['SERVER_NAME', 'localhost'],
  ['SERVER_PORT', '80'],
  ['SERVER_PROTOCOL', 'HTTP/1.1'],
  ...more,
]

test('one application on three sockets: http-socket, http and uwsgi', async () => {
  await using folder = await temporaryFolder()
  const path = folder.join('app.sock')
  const { child, url } = await startServing([
    '--socket',
    path,
    '--http',
    '127.0.0.1:0',
    '--vacuum',
    '-p',
    '2',
    '--chmod-socket=600',
  ])
  await using _ = child
  const answers = await Promise.all(
    Array.from({ length: 5 }, async (_, index) => await (await fetch(`${url}/${index}`)).text()),
  )
  expect(answers).toEqual(['hello from /0', 'hello from /1', 'hello from /2', 'hello from /3', 'hello from /4'])
  expect(await exchange({ path }, encodePacket(vars('/uwsgi')))).toMatch(
    /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nhello from \/uwsgi$/s,
  )
  const large = Buffer.alloc(300_000, 'x')
  const response = await fetch(`${url}/echo`, { method: 'POST', body: large })
  expect(Buffer.from(await response.arrayBuffer()).equals(large)).toBe(true)
  await child.until(
    /\{\d+ vars in \d+ bytes\} \[.*\] GET \/uwsgi => generated 17 bytes in \d+ msecs \(HTTP\/1\.1 200\) 1 headers/,
  )
  expect(await child.stop('SIGTERM', { sockets: [{ path }], files: [path] })).toEqual({ code: 0, signal: null })
})

test.each([
  ['listener.ts', 'node GET /x?y'],
  ['fetch.ts:app', 'fetch GET /x'],
])('%s is recognised', async (module, answer) => {
  const { child, url } = await startServing(['--module', module])
  await using _ = child
  expect(await (await fetch(`${url}/x?y`)).text()).toBe(answer)
  await child.stop()
})

test('a package is found from the working directory of the application', async () => {
  await using folder = await temporaryFolder()
  await folder.write(
    'node_modules/site/package.json',
    '{ "name": "site", "type": "module", "exports": { "import": "./main.js" } }',
  )
  await folder.write(
    'node_modules/site/main.js',
    "export const app = { fetch: () => new Response('from a package') }\n",
  )
  const { child, url } = await startServing(['--module', 'site', '--chdir', folder.path])
  await using _ = child
  expect(await (await fetch(url)).text()).toBe('from a package')
  await child.stop()
})

test('options of an ini reach the workers', async () => {
  await using folder = await temporaryFolder()
  const ini = await folder.write(
    'site.ini',
    '[uwsgi]\nchdir = %d\nenv = COLOUR=%(colour)\ncolour = blue\nprocesses = 2\ndisable-logging\npidfile = %dmaster.pid\nlogto = %dlog\nvacuum\n',
  )
  const child = await spawnContainer([
    ini,
    '--module',
    new URL('fixtures/app.ts', import.meta.url).pathname,
    '--socket',
    '127.0.0.1:0',
    '--http-socket',
    folder.join('http.sock'),
  ])
  await using _ = child
  const log = folder.join('log')
  await eventually(() => (readLog(log).includes('serving http on') ? true : undefined))
  const answer = await exchange({ path: folder.join('http.sock') }, 'GET /environ HTTP/1.0\r\n\r\n')
  expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({
    cwd: folder.path,
    colour: 'blue',
    multiprocess: true,
  })
  expect(Number(await folder.read('master.pid'))).toBe(child.pid)
  expect(await child.stop('SIGTERM', { files: [folder.join('http.sock'), folder.join('master.pid')] })).toMatchObject({
    code: 0,
  })
  expect(readLog(log)).not.toContain('/environ')
  expect(child.output).toBe('')
})

function readLog(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

withPeers('nginx').describe('behind a real nginx', () => {
  test('pages, bodies, errors', async () => {
    await using folder = await temporaryFolder()
    const path = folder.join('app.sock')
    const port = await freePort()
    const { child } = await startServing(['--socket', path, '--vacuum'])
    await using _ = child
    await using nginx = await startNginx({
      http: `server { listen 127.0.0.1:${port}; client_max_body_size 0; location / { include /etc/nginx/uwsgi_params; uwsgi_pass unix:${path}; } }`,
    })
    const url = `http://127.0.0.1:${port}`
    expect(await (await fetch(`${url}/nginx`)).text()).toBe('hello from /nginx')
    const body = Buffer.alloc(2_000_000, 'y')
    expect(Buffer.from(await (await fetch(`${url}/echo`, { method: 'POST', body })).arrayBuffer()).equals(body)).toBe(
      true,
    )
    expect((await fetch(`${url}/throws`)).status).toBe(500)
    await nginx.stop()
    await child.stop('SIGTERM', { files: [path] })
  })
})
