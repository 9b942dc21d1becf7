/**
 * Held against llhttp, by way of node:http: the same bytes to both. Where they differ, the difference must be of a class
 * listed here with its reason; a message that llhttp refuses and this parser takes would be listed under `lenient`.
 */
import { createServer } from 'node:http'
import { Duplex } from 'node:stream'
import { Http1Error, RequestParser } from '@trivet/http1'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { request } from './messages.ts'

interface Verdict {
  readonly code: string
  readonly method?: string | undefined
  readonly target?: string | undefined
  readonly body?: string
}

/** Refused here, taken by llhttp. */
const stricter: Readonly<Record<string, string>> = {
  'invalid-target': 'llhttp takes `*` with any method; RFC 9112 section 3.2.4 has it for OPTIONS alone',
  'transfer-encoding-in-http-1.0': 'llhttp unchunks HTTP/1.0; RFC 9112 section 6.1 calls such framing faulty',
  'unsupported-version': 'llhttp takes HTTP/2.0 in a request line; RFC 9110 section 15.6.6 has 505 for it',
}

/** Taken here, refused by llhttp. */
const lenient: Readonly<Record<string, string>> = {
  HPE_INVALID_METHOD: 'llhttp knows a list of methods; RFC 9110 section 9.1 makes them tokens, in any case',
  HPE_INVALID_URL: 'bytes over 0x7f in a target are sent in the field and taken by nginx; llhttp refuses them',
}

class Wire extends Duplex {
  override _read(): void {}
  override _write(_chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    callback()
  }
}

function askNode(bytes: Buffer): Promise<Verdict> {
  const { promise, resolve } = Promise.withResolvers<Verdict>()
  const wire = new Wire()
  const server = createServer((message, response) => {
    let body = ''
    message.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')))
    message.on('end', () => {
      response.end()
      resolve({ code: 'ok', method: message.method, target: message.url, body })
    })
    message.on('error', () => resolve({ code: 'cut' }))
  })
  server.on('connect', (message) => resolve({ code: 'ok', method: message.method, target: message.url, body: '' }))
  server.on('clientError', (error: NodeJS.ErrnoException) => {
    wire.destroy()
    resolve({ code: error.code ?? 'error' })
  })
  wire.on('close', () => resolve({ code: 'closed' }))
  server.emit('connection', wire)
  wire.push(bytes)
  wire.push(null)
  return promise
}

/** The verdict, and how many bytes the message took. */
function askOurs(bytes: Buffer): [Verdict, number] {
  const parser = new RequestParser()
  let body = ''
  try {
    parser.push(bytes)
    for (;;) {
      const step = parser.next()
      if (step === 'data') body += Buffer.from(parser.data).toString('latin1')
      if (step === 'need-data') parser.finish()
      if (step === 'need-data') return [{ code: 'nothing' }, bytes.length]
      if (step !== 'end') continue
      const { method, target } = parser.head
      return [{ code: 'ok', method, target, body }, bytes.length - parser.buffered]
    }
  } catch (error) {
    if (!(error instanceof Http1Error)) throw error
    return [{ code: error.code }, bytes.length]
  }
}

/** Undefined when both say the same, else the class of their difference. */
function difference(ours: Verdict, theirs: Verdict): string | undefined {
  if (ours.code === 'ok' && theirs.code === 'ok')
    return JSON.stringify(ours) === JSON.stringify(theirs) ? undefined : 'message'
  if (ours.code === 'ok') return `lenient ${theirs.code}`
  return theirs.code === 'ok' ? `stricter ${ours.code}` : undefined
}

test('differs from llhttp only where a reason is known', async () => {
  const known = [
    ...Object.keys(stricter).map((code) => `stricter ${code}`),
    ...Object.keys(lenient).map((code) => `lenient ${code}`),
  ]
  const seen = new Set<string>()
  let taken = 0
  for (const text of fc.sample(request, { numRuns: 3000, seed: 9112 })) {
    const bytes = Buffer.from(text, 'latin1')
    const [ours, length] = askOurs(bytes)
    if (ours.code === 'ok') taken++
    const found = difference(ours, await askNode(bytes.subarray(0, length)))
    if (found === undefined) continue
    seen.add(found)
    expect(known, `${found}: ${JSON.stringify(text)}`).toContain(found)
  }
  expect(taken).toBeGreaterThan(300)
  expect([...seen].sort(), 'every class in the tables is met').toEqual(known.sort())
})
