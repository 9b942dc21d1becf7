import { fileURLToPath } from 'node:url'
import { bind } from '@trivet/prefork'
import { RawClient, freePort } from '@trivet/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConfig } from '../language/load.ts'
import { compileConfig } from '../model/compile.ts'
import { callbackErrorLog } from '../process/error-log.ts'
import { serveHttp, type HttpService } from './serve.ts'

// Files of this repository are old enough to be kept: the first answer comes from the file, the third from memory.
const root = fileURLToPath(new URL('../../../..', import.meta.url))
const small = '/packages/proxy/conf/mime.types'
const large = '/pnpm-lock.yaml'
const errors: string[] = []
let port: number
let service: HttpService
let close: () => void

beforeAll(async () => {
  port = await freePort()
  const text = `events {} http { access_log off; server { listen 127.0.0.1:${port}; root ${root};
    location /zip/ { alias ${root}/; gzip on; gzip_types *; } } }`
  const config = compileConfig(loadConfig(`${root}/nginx.conf`, { readFile: () => text }), { prefix: root })
  const listener = await bind({ host: '127.0.0.1', port })
  close = () => listener.close()
  service = await serveHttp(
    config,
    [{ fd: listener.fd, address: { host: '127.0.0.1', port } }],
    callbackErrorLog((line) => errors.push(line), 'info'),
  )
})

afterAll(async () => {
  await service.drain(1000)
  close()
})

async function ask(method: string, target: string, fields: string): Promise<string> {
  await using client = await RawClient.connect({ host: '127.0.0.1', port })
  await client.send(`${method} ${target} HTTP/1.1\r\nHost: a\r\n${fields}Connection: close\r\n\r\n`)
  return (await client.closed())
    .toString('latin1')
    .replace(/^Date: .*$/m, '')
    .replaceAll(/\d{20}/g, 'boundary')
}

const requests = [small, large].flatMap((target) => [
  ['GET', target, ''],
  ['HEAD', target, ''],
  ['GET', target, 'Range: bytes=10-20\r\n'],
  ['GET', target, 'Range: bytes=1-99000\r\n'],
  ['GET', target, 'Range: bytes=0-9,100-70000,-5\r\n'],
  ['GET', target, 'Range: bytes=999999999-\r\n'],
  ['GET', target, 'If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n'],
  ['GET', `/zip${target}`, 'Accept-Encoding: gzip\r\n'],
  ['POST', target, ''],
])

test.each(requests)(
  '%s %s %j is answered alike from the file and from memory',
  async (method = '', target = '', fields = '') => {
    const first = await ask(method, target, fields)
    // A GET for each time the file has to be asked for, so that it is kept by now.
    for (let round = 0; round < 2; round += 1) await ask('GET', target, '')
    expect(await ask(method, target, fields)).toBe(first)
    expect(first).toMatch(/^HTTP\/1\.1 (?:200|206|304|405|416) /)
    expect(errors.filter((line) => /alert|crit/.test(line))).toEqual([])
  },
)

test('a file that is kept is sent whole, request after request on one connection', async () => {
  await using client = await RawClient.connect({ host: '127.0.0.1', port })
  const request = `GET ${large} HTTP/1.1\r\nHost: a\r\n`
  await client.send(`${request}\r\n${request}\r\n${request}Connection: close\r\n\r\n`)
  const answers = (await client.closed()).toString('latin1').split(/(?=HTTP\/1\.1 200 OK\r\n)/)
  const bodies = answers.map((answer) => answer.slice(answer.indexOf('\r\n\r\n') + 4))
  expect(bodies).toHaveLength(3)
  expect(new Set(bodies).size).toBe(1)
  expect(Number(/Content-Length: (\d+)/.exec(answers[0] ?? '')?.[1])).toBe(bodies[0]?.length)
})
