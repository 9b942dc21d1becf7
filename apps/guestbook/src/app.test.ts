import { readdir } from 'node:fs/promises'
import { type Folder, temporaryFolder } from '@trivet/testing'
import type { Hono } from 'hono'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createApp } from './app.ts'
import { type Guestbook, openGuestbook } from './guestbook.ts'
import { largestPicture } from './picture-store.ts'

const png = Uint8Array.from([0x89, ...Buffer.from('PNG\r\n\x1a\n'), 1, 2, 3, 0, 255])

let folder: Folder
let guestbook: Guestbook
let app: Hono

beforeEach(async () => {
  folder = await temporaryFolder()
  guestbook = openGuestbook(folder.path)
  app = createApp(guestbook)
})

afterEach(async () => {
  guestbook.close()
  await folder.remove()
})

async function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return await app.request(path, { headers })
}

async function sign(fields: Record<string, string | File>, headers: Record<string, string> = {}): Promise<Response> {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) body.set(name, value)
  return await app.request('/entries', { method: 'POST', body, headers })
}

test('an empty book invites', async () => {
  const response = await get('/')
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/html; charset=UTF-8')
  expect(await response.text()).toContain('still blank')
})

test('signs, redirects to the entry, and shows it', async () => {
  const response = await sign({ name: '  Ada   Lovelace ', message: 'one\r\ntwo' })
  expect(response.status).toBe(303)
  expect(response.headers.get('location')).toBe('/#entry-1')
  const page = await (await get('/')).text()
  expect(page).toContain('<h3>Ada Lovelace</h3>')
  expect(page).toContain('<p>one\ntwo</p>')
  expect(page).toContain('1 entry')
})

test('a form without a picture may come urlencoded', async () => {
  const body = new URLSearchParams({ name: 'Curl', message: 'hello' })
  expect((await app.request('/entries', { method: 'POST', body })).status).toBe(303)
})

test('what visitors write is text, never markup', async () => {
  await sign({ name: '<script>alert(1)</script>', message: '"><img src=x onerror=alert(1)>&amp;' })
  const page = await (await get('/')).text()
  expect(page).not.toContain('<script>alert')
  expect(page).toContain('&lt;script&gt;')
  expect(page).toContain('&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&amp;amp;')
})

test('says what is wrong beside each field and keeps what was typed', async () => {
  const response = await sign({ name: ' ', message: 'x'.repeat(1001) })
  expect(response.status).toBe(422)
  const page = await response.text()
  expect(page).toContain('id="name-problem">Please tell us your name.')
  expect(page).toContain('At most 1000 characters, please; these are 1001.')
  expect(page).toContain('x'.repeat(1001))
  expect(guestbook.entries.totals().count).toBe(0)
})

test('length is counted as a reader does', async () => {
  expect((await sign({ name: '👨‍👩‍👧‍👦'.repeat(60), message: 'a family of families' })).status).toBe(303)
})

test('a picture comes back byte for byte, inline and as a download', async () => {
  const large = new Uint8Array(largestPicture)
  large.set(png)
  for (let i = png.length; i < large.length; i += 4093) large[i] = i % 251
  await sign({ name: 'Eve', message: 'look', picture: new File([large], '../../etc/passwd.png') })
  const path = /src="(\/pictures\/[0-9a-f]{64}\.png)"/.exec(await (await get('/')).text())?.[1] ?? ''
  const shown = await get(path)
  expect(shown.headers.get('content-type')).toBe('image/png')
  expect(shown.headers.get('x-content-type-options')).toBe('nosniff')
  expect(shown.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(Buffer.from(await shown.arrayBuffer()).equals(large)).toBe(true)
  const saved = await get(`${path}/download`)
  expect(saved.headers.get('content-disposition')).toMatch(/^attachment; filename="picture-[0-9a-f]{8}\.png"$/)
  expect(saved.headers.get('content-length')).toBe(String(largestPicture))
  await saved.body?.cancel()
  const again = await get(path, { 'If-None-Match': shown.headers.get('etag') ?? '' })
  expect(again.status).toBe(304)
  expect(await readdir(folder.join('pictures'))).toHaveLength(1)
})

test.each([
  ['a text that claims to be a picture', new File(['<svg onload=alert(1)>'], 'a.png', { type: 'image/png' })],
  ['an empty file', new File([], 'a.png')],
])('refuses %s', async (_name, picture) => {
  const response = await sign({ name: 'Eve', message: 'look', picture })
  expect(response.status).toBe(422)
  expect(await response.text()).toContain('id="picture-problem">Please choose a PNG')
  expect(await readdir(folder.join('pictures'))).toEqual([])
})

test('refuses a picture that is too large, before reading it where its length is told', async () => {
  const response = await app.request('/entries', {
    method: 'POST',
    body: 'x',
    headers: { 'Content-Type': 'multipart/form-data; boundary=x', 'Content-Length': String(2 * largestPicture) },
  })
  expect(response.status).toBe(413)
  expect(await response.text()).toContain('at most 24 MB')
})

test('a picture by any other name does not exist', async () => {
  for (const name of ['x.png', `${'0'.repeat(64)}.png`, `${'0'.repeat(64)}.svg`, '..%2fguestbook.sqlite']) {
    expect((await get(`/pictures/${name}`)).status).toBe(404)
  }
})

test('refuses a form that another site made the browser send', async () => {
  const fields = { name: 'Mallory', message: 'spam' }
  expect((await sign(fields, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403)
  expect((await sign(fields, { Origin: 'https://evil.example', Host: 'localhost' })).status).toBe(403)
  expect((await sign(fields, { 'Sec-Fetch-Site': 'same-origin' })).status).toBe(303)
  expect((await sign(fields, { Origin: 'http://localhost', Host: 'localhost' })).status).toBe(303)
})

test('older entries are a page further', async () => {
  for (let i = 1; i <= 45; i += 1) guestbook.entries.add({ name: `Guest ${i}`, message: 'hello' })
  const ids = (page: string): number[] => [...page.matchAll(/data-id="(\d+)"/g)].map((match) => Number(match[1]))
  const seen: number[] = []
  for (let path: string | undefined = '/'; path !== undefined;) {
    const page: string = await (await get(path)).text()
    seen.push(...ids(page))
    expect(page.includes('id="sign"')).toBe(path === '/')
    path = /href="([^"]+)" rel="next"/.exec(page)?.[1]
  }
  expect(seen).toEqual(Array.from({ length: 45 }, (_, i) => 45 - i))
})

test('methods and paths that are not there', async () => {
  const wrong = await get('/entries')
  expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST'])
  expect((await get('/nothing')).status).toBe(404)
  expect((await get('/?before=nonsense')).status).toBe(200)
  expect((await app.request('/', { method: 'HEAD' })).status).toBe(200)
})

test('every page forbids foreign scripts and frames', async () => {
  const policy = (await get('/')).headers.get('content-security-policy')
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'")
})

test('serves its own assets when no proxy does', async () => {
  const style = await get('/assets/guestbook.css')
  expect(style.headers.get('content-type')).toBe('text/css; charset=utf-8')
  expect(await style.text()).toContain('.entry')
  expect((await get('/assets/..%2fpackage.json')).status).toBe(404)
})

test('a healthy book says so', async () => {
  expect(await (await get('/health')).json()).toEqual({ status: 'ok', pid: process.pid, entries: 0, readers: 0 })
})
