import zlib from 'node:zlib'
import type { Application } from '@trivet/gateway'
import { testClient } from '@trivet/gateway/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Stream, chunksOf, never, plain, text } from '../../test/probe.ts'
import { compression } from './compression.ts'
import { Compressor } from './compressor.ts'

const long = 'all work and no play '.repeat(200)
const fetchWith = async (application: Application, accept: string, method = 'GET'): Promise<Response> =>
  testClient(application).fetch('/', { method, headers: { 'accept-encoding': accept } })

const decoders = { br: zlib.brotliDecompressSync, zstd: zlib.zstdDecompressSync, gzip: zlib.gunzipSync }
const encodings = ['br', 'zstd', 'gzip'] as const

test.each(encodings)('%s: arrays with their length, streams chunk by chunk', async (encoding) => {
  const stream = new Stream([long, 'x', long])
  for (const [application, plainText] of [
    [text(long), long],
    [stream.application, `${long}x${long}`],
    [stream.late, `${long}x${long}`],
  ] as const) {
    const response = await fetchWith(compression()(application), encoding)
    const bytes = Buffer.from(await response.arrayBuffer())
    expect(decoders[encoding](bytes).toString()).toBe(plainText)
    expect(bytes.length).toBeLessThan(plainText.length / 4)
    expect(response.headers.get('content-encoding')).toBe(encoding)
    expect(response.headers.get('vary')).toBe('Accept-Encoding')
  }
  expect(stream.closed).toBe(2)
})

test.each([
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip;q=1, br;q=0.5', 'gzip'],
  ['*', 'br'],
  ['br;q=0, *', 'zstd'],
  ['identity', null],
  ['deflate', null],
  ['gzip;q=0', null],
  ['', null],
])('Accept-Encoding %j: %s', async (accept, encoding) => {
  const response = await fetchWith(compression()(text(long)), accept)
  expect(response.headers.get('content-encoding')).toBe(encoding)
  expect(response.headers.get('vary')).toBe('Accept-Encoding')
})

test.each([
  ['small', text('small')],
  ['an image', text(long, [['Content-Type', 'image/png']])],
  ['no type', text(long, [])],
  ['coded already', text(long, [...plain, ['Content-Encoding', 'gzip']])],
  ['no-transform', text(long, [...plain, ['Cache-Control', 'public, no-transform']])],
  ['a part', text(long, [...plain, ['Content-Range', 'bytes 0-9/10']])],
])('stays as it is: %s', async (_what, application) => {
  const coding = (await fetchWith(application, 'br')).headers.get('content-encoding')
  const response = await fetchWith(compression()(application), 'br')
  expect(response.headers.get('content-encoding')).toBe(coding)
})

test('headers of the plain body go, a strong ETag becomes weak', async () => {
  const headers: [string, string][] = [
    ...plain,
    ['Content-Length', String(long.length)],
    ['Accept-Ranges', 'bytes'],
    ['ETag', '"a"'],
    ['Vary', 'Origin'],
  ]
  const response = await fetchWith(compression()(text(long, headers)), 'gzip')
  expect(response.headers.get('etag')).toBe('W/"a"')
  expect(response.headers.get('vary')).toBe('Origin, Accept-Encoding')
  expect(response.headers.get('accept-ranges')).toBeNull()
  expect(Number(response.headers.get('content-length'))).toBe((await response.arrayBuffer()).byteLength)
})

test('HEAD and GET have the same fields but the length', async () => {
  const application = compression()(text(long))
  const [get, head] = [await fetchWith(application, 'br'), await fetchWith(application, 'br', 'HEAD')]
  expect(head.headers.get('content-encoding')).toBe('br')
  expect(head.headers.get('vary')).toBe(get.headers.get('vary'))
  expect(await head.text()).toBe('')
  expect(head.headers.get('content-length')).toBeNull()
})

test('a 304 varies as the 200 it stands for', async () => {
  const unchanged: Application = (_environ, startResponse) => {
    startResponse('304 Not Modified', [['ETag', '"a"']])
    return []
  }
  const response = await fetchWith(compression()(unchanged), 'br')
  expect([response.headers.get('vary'), response.headers.get('content-encoding')]).toEqual(['Accept-Encoding', null])
})

test.each(encodings)(
  '%s: a chunk can be read before the next exists; a client that leaves closes the body',
  async (encoding) => {
    const stream = new Stream(['event', never()], [['Content-Type', 'text/event-stream']])
    const client = testClient(compression()(stream.application))
    const response = await client.fetch('/', { headers: { 'accept-encoding': encoding } })
    const reading = chunksOf(response)
    const { value } = await reading.next()
    const make = { br: zlib.createBrotliDecompress, zstd: zlib.createZstdDecompress, gzip: zlib.createGunzip }
    const decoder = make[encoding]()
    decoder.write(value)
    const [first] = await decoder.take(1).toArray()
    expect(String(first)).toBe('event')
    await reading.return(undefined)
    await response.body?.cancel().catch(() => {})
    expect(client.errors).toEqual([])
  },
)

test('an error after the head breaks the stream', async () => {
  const stream = new Stream([long, new Error('broken')])
  const client = testClient(compression()(stream.application))
  const response = await client.fetch('/', { headers: { 'accept-encoding': 'gzip' } })
  await expect(response.text()).rejects.toThrow('broken')
  expect(stream.closed).toBe(1)
})

test('whatever the chunks, their bytes come back', async () => {
  const anyEncoding = fc.constantFrom(...encodings)
  const anyChunks = fc.array(fc.uint8Array({ maxLength: 200_000 }), { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(anyEncoding, anyChunks, async (encoding, chunks) => {
      const compressor = new Compressor(encoding)
      const out: Uint8Array[] = []
      for (const chunk of chunks) out.push(await compressor.push(chunk))
      out.push(await compressor.end())
      compressor.close()
      expect(decoders[encoding](Buffer.concat(out)).equals(Buffer.concat(chunks))).toBe(true)
    }),
    { numRuns: 30 },
  )
})

test('a closed compressor refuses, and does not hang', async () => {
  const compressor = new Compressor('gzip')
  const pending = compressor.push(Buffer.alloc(1_000_000))
  compressor.close()
  await expect(pending).rejects.toMatchObject({
    code: 'disconnected',
    message: expect.stringContaining('closed') as string,
  })
  await expect(compressor.push(Buffer.from('x'))).rejects.toThrow('closed')
})
