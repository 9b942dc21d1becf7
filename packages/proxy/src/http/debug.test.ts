import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { serve } from '../../test/served.ts'
import { loadConfig } from '../language/load.ts'
import { compileConfig } from '../model/compile.ts'

const site = (port: number): string => `error_log own.log error;
  server { listen 127.0.0.1:${port}; location / { return 204; } }
  server { listen 127.0.0.1:${port}; server_name proxied; location = /x { proxy_pass http://127.0.0.1:${port}/sink; } }`

test('the connections of a client that is debugged tell all, in every log', async () => {
  await using proxy = await serve(site, {}, { events: 'debug_connection 192.0.2.0/24; debug_connection 127.0.0.0/8;' })
  await proxy.raw('GET /x?a=1 HTTP/1.1\r\nHost: proxied\r\nX-Tried: y\r\nConnection: close\r\n\r\n')
  const log = readFileSync(`${proxy.folder}/own.log`, 'latin1')
  const said = [...log.matchAll(/\[debug\] \S+ \*\d+ (.*)/g)].map(([, message]) => message)
  for (const text of [
    'http request line: "GET /x?a=1 HTTP/1.1"',
    'http header: "X-Tried: y"',
    'http server: "proxied"',
    'http uri: "/x"',
    'http args: "a=1"',
    'using configuration "=/x" for "/x"',
    `http upstream connect: 127.0.0.1:${proxy.port}`,
    'http upstream answer: 204 "No Content"',
    'http response: "HTTP/1.1 204 No Content"',
    'http request done: 204',
  ])
    expect(said).toContainEqual(expect.stringContaining(text))
})

test('where the main log is at debug, a log of a place keeps its level', async () => {
  await using proxy = await serve(site, {}, { level: 'debug' })
  await proxy.get('/')
  expect(readFileSync(`${proxy.folder}/own.log`, 'latin1')).toBe('')
})

test('those of other clients do not', async () => {
  await using proxy = await serve(
    site,
    {},
    { events: 'debug_connection 192.0.2.0/24; debug_connection ::1; debug_connection unix:;' },
  )
  await proxy.get('/')
  expect(readFileSync(`${proxy.folder}/own.log`, 'latin1')).toBe('')
  expect(proxy.errors).toEqual([])
})

test('an address that is none is refused', () => {
  const loaded = loadConfig('/nowhere/nginx.conf', { text: 'events { debug_connection somewhere; } http {}' })
  expect(() => compileConfig(loaded, { prefix: '/nowhere' })).toThrow('invalid address "somewhere"')
})
