/** Requests, held against llhttp by way of node:http's server. */
import { createServer } from 'node:http'
import { Duplex } from 'node:stream'
import { RequestParser } from '@trivet/http1'
import { test } from 'vitest'
import { compareWithNode, readOne, type Verdict } from './against-llhttp.ts'
import { request } from './messages.ts'

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
      resolve({ code: 'ok', message: { method: message.method, target: message.url, body } })
    })
    message.on('error', () => resolve({ code: 'cut' }))
  })
  server.on('connect', (message) =>
    resolve({ code: 'ok', message: { method: message.method, target: message.url, body: '' } }),
  )
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

function askOurs(bytes: Buffer): readonly [Verdict, number] {
  const parser = new RequestParser()
  return readOne(parser, bytes, (body) => ({ method: parser.head.method, target: parser.head.target, body }))
}

test('requests differ from llhttp only where a reason is known', () =>
  compareWithNode({ messages: request, count: 3000, leastTaken: 300, askOurs, askNode, stricter, lenient }))
