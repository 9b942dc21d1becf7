import { execFile } from 'node:child_process'
import { readdirSync, readlinkSync } from 'node:fs'
import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { testClient } from '@trivet/gateway/testing'
import { type Folder, temporaryFolder } from '@trivet/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { notFound } from '../exchange/plain-answer.ts'
import { filePath } from './file-path.ts'
import { type StaticFilesOptions, staticFiles } from './static-files.ts'

const modified = new Date('2026-11-23T04:00:00Z')
let folder: Folder
let root: string

beforeAll(async () => {
  folder = await temporaryFolder()
  root = folder.join('public')
  await mkdir(join(root, 'sub/empty'), { recursive: true })
  await writeFile(folder.join('secret.txt'), 'secret')
  await writeFile(join(root, 'hello.txt'), '0123456789')
  await writeFile(join(root, 'naïve name.html'), '<p>')
  await writeFile(join(root, 'nothing.bin'), '')
  await writeFile(join(root, '.hidden'), 'hidden')
  await writeFile(join(root, 'sub/index.html'), '<h1>sub</h1>')
  await utimes(join(root, 'hello.txt'), modified, modified)
  await symlink('hello.txt', join(root, 'inside'))
  await symlink('../secret.txt', join(root, 'outside'))
  await symlink('nowhere', join(root, 'dangling'))
  await promisify(execFile)('mkfifo', [join(root, 'pipe')])
})

afterAll(async () => await folder.remove())

const get = (path: string, init: RequestInit = {}, options: StaticFilesOptions = {}): Promise<Response> =>
  testClient(staticFiles(root, options)(notFound)).fetch(path, init)
const ranged = (range: string, more: Record<string, string> = {}): Promise<Response> =>
  get('/hello.txt', { headers: { range, ...more } })

test('a file with its type, length and validators', async () => {
  const response = await get('/hello.txt', {}, { cacheControl: 'max-age=60' })
  expect(Object.fromEntries(response.headers)).toEqual({
    'accept-ranges': 'bytes',
    'cache-control': 'max-age=60',
    'content-length': '10',
    'content-type': 'text/plain; charset=utf-8',
    etag: `"${modified.getTime().toString(16)}-a"`,
    'last-modified': modified.toUTCString(),
  })
  expect(await response.text()).toBe('0123456789')
  expect(await (await get('/na%C3%AFve%20name.html')).text()).toBe('<p>')
  expect(await (await get('/nothing.bin')).text()).toBe('')
})

test('HEAD has the headers and no body', async () => {
  const response = await get('/hello.txt', { method: 'HEAD' })
  expect([response.headers.get('content-length'), await response.text()]).toEqual(['10', ''])
})

test('a folder’s index, and the redirect to it', async () => {
  expect(await (await get('/sub/')).text()).toBe('<h1>sub</h1>')
  const redirect = await get('/sub?a=b')
  expect([redirect.status, redirect.headers.get('location')]).toEqual([301, '/sub/?a=b'])
  expect((await get('/sub/empty/')).status).toBe(404)
  expect((await get('/sub/', {}, { index: false })).status).toBe(404)
})

test.each([
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/sub/..%2f..%2fsecret.txt',
  '/..%5csecret.txt',
  '//hello.txt',
  '/sub//index.html',
  '/hello.txt%00',
  '/hello.txt/',
  '/%ff',
  '/.hidden',
  '/missing',
  '/hello.txt/more',
  '/outside',
  '/dangling',
  '/pipe',
  `/${'x'.repeat(300)}`,
])('not found: %s', async (path) => {
  expect((await get(`http://localhost${path}`)).status).toBe(404)
})

test('policies', async () => {
  expect(await (await get('/.hidden', {}, { dotfiles: true })).text()).toBe('hidden')
  expect(await (await get('/inside')).text()).toBe('0123456789')
  expect((await get('/inside', {}, { symlinks: 'refuse' })).status).toBe(404)
  expect((await get('/hello.txt', {}, { symlinks: 'refuse' })).status).toBe(200)
  expect(await (await get('/outside', {}, { symlinks: 'follow' })).text()).toBe('secret')
})

test.each([
  ['bytes=0-3', '0123', 'bytes 0-3/10'],
  ['bytes=4-', '456789', 'bytes 4-9/10'],
  ['bytes=-2', '89', 'bytes 8-9/10'],
  ['bytes=-99', '0123456789', 'bytes 0-9/10'],
  ['bytes=8-99', '89', 'bytes 8-9/10'],
  ['bytes=0-2,3-4', '01234', 'bytes 0-4/10'],
])('%s is a part', async (range, body, contentRange) => {
  const response = await ranged(range)
  expect([response.status, response.headers.get('content-range'), await response.text()]).toEqual([
    206,
    contentRange,
    body,
  ])
})

test.each(['bytes=0-1,5-6', 'bytes=x', 'lines=0-1', 'bytes=5'])('%s is the whole', async (range) => {
  expect([(await ranged(range)).status, await (await ranged(range)).text()]).toEqual([200, '0123456789'])
})

test('a range behind the end', async () => {
  const response = await ranged('bytes=10-')
  expect([response.status, response.headers.get('content-range')]).toEqual([416, 'bytes */10'])
})

test('preconditions', async () => {
  const etag = (await get('/hello.txt')).headers.get('etag') ?? ''
  const date = modified.toUTCString()
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await get('/hello.txt', { headers })).status
  expect(await status({ 'if-none-match': `W/${etag}` })).toBe(304)
  expect(await status({ 'if-modified-since': date })).toBe(304)
  expect(await status({ 'if-match': '"other"' })).toBe(412)
  expect(await status({ 'if-match': etag })).toBe(200)
  expect(await status({ 'if-unmodified-since': 'Mon, 23 Nov 2020 04:00:00 GMT' })).toBe(412)
  expect((await ranged('bytes=0-1', { 'if-range': etag })).status).toBe(206)
  expect((await ranged('bytes=0-1', { 'if-range': date })).status).toBe(206)
  expect((await ranged('bytes=0-1', { 'if-range': '"old"' })).status).toBe(200)
})

test('a POST goes to the application; a reader that leaves closes the file', async () => {
  expect((await get('/hello.txt', { method: 'POST' })).status).toBe(404)
  await writeFile(join(root, 'large'), Buffer.alloc(1_000_000))
  const closed = Promise.withResolvers<void>()
  const application = staticFiles(root)(notFound)
  const client = testClient((environ, startResponse) => {
    environ['tsgi.response_finished'] = [() => closed.resolve()]
    return application(environ, startResponse)
  })
  await (await client.fetch('/large')).body?.cancel()
  await closed.promise
  expect(client.errors).toEqual([])
})

test('a layer outside that refuses the head: the file is closed', async () => {
  await writeFile(join(root, 'refused'), 'x')
  const open = (): readonly string[] =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === join(root, 'refused')
      } catch {
        return false
      }
    })
  const refuse = (): never => {
    throw new Error('too late')
  }
  const client = testClient((environ) => staticFiles(root)(notFound)(environ, refuse))
  expect((await client.fetch('/refused')).status).toBe(500)
  expect(client.errors.map(({ message }) => message)).toEqual(['too late'])
  expect(open()).toEqual([])
})

test('the first index that is there', async () => {
  expect(await (await get('/sub/', {}, { index: ['none.html', 'index.html'] })).text()).toBe('<h1>sub</h1>')
})

test('a link may lead into a safe folder', async () => {
  expect(await (await get('/outside', {}, { safe: [folder.path] })).text()).toBe('secret')
  expect((await get('/outside', {}, { safe: [join(folder.path, 'other')] })).status).toBe(404)
})

test('a compressed form goes to those who take it', async () => {
  await writeFile(join(root, 'page.html'), 'plain')
  await writeFile(join(root, 'page.html.gz'), 'packed')
  const ask = async (accept: string, options: StaticFilesOptions = { precompressed: true }): Promise<unknown[]> => {
    const { headers } = await get('/page.html', { headers: { 'accept-encoding': accept } }, options)
    return ['content-encoding', 'content-length', 'content-type', 'vary'].map((name) => headers.get(name))
  }
  const type = 'text/html; charset=utf-8'
  expect(await ask('gzip, br')).toEqual(['gzip', '6', type, 'Accept-Encoding'])
  expect(await ask('br')).toEqual([null, '5', type, 'Accept-Encoding'])
  expect(await ask('gzip;q=0')).toEqual([null, '5', type, 'Accept-Encoding'])
  expect(await ask('gzip', { precompressed: (path) => path.endsWith('.css') })).toEqual([null, '5', type, null])
  await writeFile(join(root, 'page.html.br'), 'br')
  expect(await ask('gzip, br')).toEqual(['br', '2', type, 'Accept-Encoding'])
})

test('no path leaves the root', () => {
  const piece = fc.constantFrom('..', '.', '/', '\\', 'a', '\0', '%2e', ' ', '.a')
  fc.assert(
    fc.property(fc.array(piece), fc.boolean(), (pieces, dotfiles) => {
      const path = filePath('/srv', `/${pieces.join('')}`, dotfiles)
      expect(path === undefined || path === '/srv' || (path.startsWith('/srv/') && !path.includes('/../'))).toBe(true)
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (path) => {
      expect(() => filePath('/srv', path, false)).not.toThrow()
    }),
  )
})
