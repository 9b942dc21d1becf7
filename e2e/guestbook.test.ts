/** The sample application through both tiers on its own configuration, with our proxy and with a real nginx. */
import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { eventually, freePort, temporaryFolder, withPeers } from '@trivet/testing'
import { FormData, fetch, request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FrontName, Stack, startContainer, startFrontWith } from './stack.ts'

const guestbook = (name: string): string => fileURLToPath(new URL(`../apps/guestbook/${name}`, import.meta.url))

async function startGuestbook(front: FrontName): Promise<Stack> {
  const folder = await temporaryFolder()
  const port = await freePort()
  const env = { GUESTBOOK_DATA: folder.join('data') }
  const options = { module: guestbook('src/index.ts'), processes: 2, env }
  const container = await startContainer(folder.join('app.sock'), options)
  const template = await readFile(guestbook('nginx.conf.template'), 'utf8')
  const values = { PORT: String(port), SOCKET: folder.join('app.sock'), PUBLIC: guestbook('public') }
  const conf = template.replaceAll(/\$\{(PORT|SOCKET|PUBLIC)\}/g, (_whole, name: keyof typeof values) => values[name])
  return new Stack(folder, port, await startFrontWith(front, folder, port, conf), container)
}

/** A PNG as far as its first bytes tell; the rest is noise. */
function picture(size: number): Buffer<ArrayBuffer> {
  return Buffer.concat([Buffer.from('89504E470D0A1A0A', 'hex'), randomBytes(size - 8)])
}

describe('behind trivet proxy', () => guestbookWorks('trivet-proxy'))
withPeers('nginx').describe('behind nginx', () => guestbookWorks('nginx'))

function guestbookWorks(front: FrontName): void {
  let stack: Stack
  const url = (path: string): string => `${stack.origin}${path}`
  const sign = async (fields: Record<string, string | Blob>): Promise<{ status: number; location: string | null }> => {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.set(name, value)
    const { status, headers } = await fetch(url('/entries'), { method: 'POST', body: form, redirect: 'manual' })
    return { status, location: headers.get('location') }
  }

  beforeAll(async () => {
    stack = await startGuestbook(front)
  })
  afterAll(async () => {
    await stack.stop()
  })

  test('an entry that was signed is on the next page, escaped', async () => {
    const signed = await sign({ name: 'Ada', message: 'first & <foremost>' })
    expect(signed).toEqual({ status: 303, location: expect.stringMatching(/^\/#entry-\d+$/) })
    const page = await fetch(url('/'))
    expect(page.headers.get('content-type')).toBe('text/html; charset=UTF-8')
    expect(await page.text()).toContain('first &amp; &lt;foremost&gt;')
  })

  test('a form with mistakes comes back with what is wrong', async () => {
    const answer = await fetch(url('/entries'), {
      method: 'POST',
      body: new URLSearchParams({ name: '', message: 'x' }),
    })
    expect(answer.status).toBe(422)
    expect(await answer.text()).toContain('Please tell us your name.')
  })

  test('a picture of 20 MB comes back byte for byte, whole and in part', async () => {
    const sent = picture(20_000_000)
    expect(await sign({ name: 'Grace', message: 'a picture', picture: new Blob([sent]) })).toMatchObject({
      status: 303,
    })
    const path = /\/pictures\/[\w.-]+/.exec(await (await fetch(url('/'))).text())?.[0] ?? ''
    const got = Buffer.from(await (await fetch(url(path))).arrayBuffer())
    expect(createHash('sha256').update(got).digest('hex')).toBe(createHash('sha256').update(sent).digest('hex'))
    const again = await fetch(url(path), { headers: { 'If-None-Match': `"${path.split('/')[2]}"` } })
    expect(again.status).toBe(304)
  })

  test('a body over the limit of the proxy is refused with 413', async () => {
    const { statusCode, body } = await request(url('/entries'), {
      method: 'POST',
      headers: { 'Content-Length': String(40 * 1024 * 1024) },
      body: Buffer.alloc(40 * 1024 * 1024),
    }).catch((error: NodeJS.ErrnoException) => {
      // The server answers and closes before it has read all; a client may see only the latter.
      if (error.code === 'EPIPE' || error.code === 'ECONNRESET' || error.code === 'UND_ERR_SOCKET')
        return { statusCode: 413, body: undefined }
      throw error
    })
    await body?.dump()
    expect(statusCode).toBe(413)
  })

  test('new entries arrive on the stream as they are signed, from whichever worker', async () => {
    const { body } = await request(url('/entries/stream'))
    let text = ''
    void (async () => {
      for await (const chunk of body) text += String(chunk)
    })().catch(() => {})
    await eventually(() => text.includes('retry'), { what: 'the stream to open' })
    for (const word of ['one', 'two', 'three', 'four']) {
      await sign({ name: 'Live', message: `live ${word}` })
      await eventually(() => text.includes(`live ${word}`), { what: `the event of ${word}` })
    }
    body.destroy()
    const readers = async (): Promise<number> =>
      ((await (await fetch(url('/health'))).json()) as { readers: number }).readers
    await eventually(async () => (await readers()) === 0, { what: 'the application to see the reader go' })
  })

  test('static files come from the proxy: types, validators, ranges, HEAD, methods', async () => {
    const path = '/assets/guestbook.css'
    const css = await readFile(guestbook(`public${path}`))
    const whole = await fetch(url(path))
    expect(whole.headers.get('content-type')).toBe('text/css')
    expect(whole.headers.get('cache-control')).toBe('public, max-age=300')
    expect(Buffer.from(await whole.arrayBuffer()).equals(css)).toBe(true)
    const etag = whole.headers.get('etag') ?? ''
    const modified = whole.headers.get('last-modified') ?? ''
    expect((await fetch(url(path), { headers: { 'If-None-Match': etag } })).status).toBe(304)
    expect((await fetch(url(path), { headers: { 'If-Modified-Since': modified } })).status).toBe(304)
    const part = await fetch(url(path), { headers: { Range: 'bytes=10-19' } })
    expect(part.status).toBe(206)
    expect(part.headers.get('content-range')).toBe(`bytes 10-19/${css.length}`)
    expect(Buffer.from(await part.arrayBuffer()).equals(css.subarray(10, 20))).toBe(true)
    expect((await fetch(url(path), { headers: { Range: `bytes=${css.length}-` } })).status).toBe(416)
    const head = await fetch(url(path), { method: 'HEAD' })
    expect(head.headers.get('content-length')).toBe(String(css.length))
    expect((await fetch(url(path), { method: 'POST', body: 'x' })).status).toBe(405)
    expect((await fetch(url('/assets/missing.css'))).status).toBe(404)
    const { statusCode } = await request(url('/assets/..%2f..%2fpackage.json'))
    expect([400, 404]).toContain(statusCode)
  })

  test('404 and 405 of the application pass through', async () => {
    expect((await fetch(url('/nowhere'))).status).toBe(404)
    const wrong = await fetch(url('/entries'), { method: 'PUT', body: 'x' })
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST'])
  })
}
