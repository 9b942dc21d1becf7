/** Responses, held against llhttp by way of node:http's client. */
import { request } from 'node:http'
import { createServer, type Server } from 'node:net'
import { ResponseParser } from '@trivet/http1'
import { test } from 'vitest'
import { compareWithNode, readOne, type Verdict } from './against-llhttp.ts'
import { response } from './messages.ts'

/** Refused here, taken by llhttp. */
const stricter: Readonly<Record<string, string>> = {
  'invalid-status-line': 'llhttp takes control characters in a reason; RFC 9112 section 4 does not',
  'unsupported-transfer-coding':
    'llhttp reads a coding it does not know to the end of the connection; nobody can say what it holds',
  'unsupported-version': 'llhttp takes HTTP/2.0 in a status line; this is a reader of HTTP/1',
  'repeated-transfer-encoding':
    'llhttp does not look at framing where there is no body; two readers may disagree about the rest',
}

/** Taken here, refused by llhttp. */
const lenient: Readonly<Record<string, string>> = {}

/** A server that answers each connection with the bytes it is given next, and ends. */
async function startServer(): Promise<{ server: Server; port: number; give: (bytes: Buffer) => void }> {
  let next = Buffer.alloc(0)
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(next))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return { server, port: address.port, give: (bytes) => void (next = Buffer.from(bytes)) }
}

function askNode(port: number): Promise<Verdict> {
  const { promise, resolve } = Promise.withResolvers<Verdict>()
  const client = request({ host: '127.0.0.1', port, agent: false })
  client.on('response', (message) => {
    let body = ''
    message.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')))
    message.on('error', () => resolve({ code: 'cut' }))
    message.on('end', () =>
      resolve({ code: 'ok', message: { status: message.statusCode, reason: message.statusMessage, body } }),
    )
  })
  client.on('error', (error: NodeJS.ErrnoException) => resolve({ code: error.code ?? 'error' }))
  client.on('close', () => resolve({ code: 'closed' }))
  client.end()
  return promise
}

function askOurs(bytes: Buffer): readonly [Verdict, number] {
  const parser = new ResponseParser()
  parser.expect('GET')
  return readOne(parser, bytes, (body) => {
    const { status, reason } = parser.head
    return status < 200 ? undefined : { status, reason, body }
  })
}

test('responses differ from llhttp only where a reason is known', async () => {
  const { server, port, give } = await startServer()
  const ask = (bytes: Buffer): Promise<Verdict> => {
    give(bytes)
    return askNode(port)
  }
  await compareWithNode({ messages: response, count: 1500, leastTaken: 200, askOurs, askNode: ask, stricter, lenient })
  await new Promise((resolve) => server.close(resolve))
})
