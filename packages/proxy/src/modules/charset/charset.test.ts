import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bodyOf, serve } from '../../../test/served.ts'
import { Recoder } from './recoder.ts'
import { Charsets } from './tables.ts'

const charsets = new Charsets()
/** The letters of KOI8-R that the tests use. */
const letters = ['а', 'б', 'в', 'г']
charsets.addMap(
  'koi8-r',
  'utf-8',
  letters.map((letter, index) => [0xc0 + index, Buffer.from(letter)] as const),
)

function recode(from: string, to: string, pieces: readonly Buffer[]): Buffer {
  const conversion = charsets.find(from, to)
  if (conversion === undefined) throw new Error(`no way from ${from} to ${to}`)
  const recoder = new Recoder(conversion)
  return Buffer.concat(pieces.map((piece) => recoder.push(piece)))
}

test('there and back again, cut anywhere', () => {
  const text = fc.string({ unit: fc.constantFrom(...letters, 'x', '-'), maxLength: 30 })
  fc.assert(
    fc.property(text, fc.array(fc.nat(60), { maxLength: 5 }), (written, cuts) => {
      const bytes = Buffer.from(written)
      const places = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length]
      const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end))
      const koi = recode('utf-8', 'KOI8-R', pieces)
      expect(koi.length).toBe(written.length)
      expect(recode('koi8-r', 'UTF-8', [koi]).toString()).toBe(written)
    }),
  )
})

test('what the other charset has not is written as nginx does', () => {
  expect(recode('utf-8', 'koi8-r', [Buffer.from('€а\u{1f600}')]).toString('latin1')).toBe('&#8364;\xc0&#128512;')
  expect(recode('utf-8', 'koi8-r', [Buffer.from([0xff, 0x41, 0xd0, 0x41])]).toString('latin1')).toBe('?A?A')
  expect(recode('koi8-r', 'utf-8', [Buffer.from([0xff, 0x41])]).toString('latin1')).toBe('?A')
})

test('answers are converted, redirects and other types are not', async () => {
  await using proxy = await serve(
    (port) => `charset_map koi8-r utf-8 { C0 D0B0; } charset_map koi8-r windows-1251 { C0 E0; }
      server { listen 127.0.0.1:${port}; types { text/html html; } source_charset koi8-r;
      location / { charset utf-8; } location /page.win { types { text/html win; } charset windows-1251; }
      location /r { charset utf-8; return 302 /x; } }`,
    { 'page.html': 'a\xc0', 'page.win': 'a\xc0', 'page.bin': '\xc0' },
  )
  const answer = await proxy.get('/page.html')
  expect(answer).toContain('Content-Type: text/html; charset=utf-8\r\n')
  expect(bodyOf(answer)).toBe('a\xd0\xb0')
  expect(bodyOf(await proxy.get('/page.win'))).toBe('a\xe0')
  expect(await proxy.get('/page.bin')).toMatch(/Content-Type: text\/plain; charset=utf-8\r\n/)
  expect(await proxy.get('/r')).not.toContain('charset=')
})
