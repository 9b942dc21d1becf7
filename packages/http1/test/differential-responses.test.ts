/**
 * Responses, held against llhttp by way of node:http's client: the same bytes to both. Where they differ, the difference must
 * be of a class listed here with its reason, and every class must be met.
 */
import { request as ask } from 'node:http'
import { createServer, type Server } from 'node:net'
import { Http1Error, ResponseParser } from '@trivet/http1'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { response } from './messages.ts'

interface Verdict {
  readonly code: string
  readonly status?: number | undefined
  readonly reason?: string | undefined
  readonly body?: string
}

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
  const client = ask({ host: '127.0.0.1', port, agent: false })
  client.on('response', (message) => {
    let body = ''
    message.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')))
    message.on('error', () => resolve({ code: 'cut' }))
    message.on('end', () => resolve({ code: 'ok', status: message.statusCode, reason: message.statusMessage, body }))
  })
  client.on('error', (error: NodeJS.ErrnoException) => resolve({ code: error.code ?? 'error' }))
  client.on('close', () => resolve({ code: 'closed' }))
  client.end()
  return promise
}

/** The verdict, and how many bytes the message took: what is behind a response belongs to nobody. */
function askOurs(bytes: Buffer): [Verdict, number] {
  const parser = new ResponseParser()
  parser.expect('GET')
  let body = ''
  let isOver = false
  try {
    parser.push(bytes)
    for (;;) {
      const step = parser.next()
      if (step === 'data') body += Buffer.from(parser.data).toString('latin1')
      if (step === 'need-data') {
        if (isOver) return [{ code: 'nothing' }, bytes.length]
        isOver = true
        parser.finish()
      }
      if (step !== 'end') continue
      const { status, reason } = parser.head
      if (status < 200) continue
      return [{ code: 'ok', status, reason, body }, bytes.length - parser.buffered]
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

test('responses differ from llhttp only where a reason is known', async () => {
  const known = [
    ...Object.keys(stricter).map((code) => `stricter ${code}`),
    ...Object.keys(lenient).map((code) => `lenient ${code}`),
  ]
  const seen = new Map<string, string>()
  let taken = 0
  const { server, port, give } = await startServer()
  for (const text of fc.sample(response, { numRuns: 1500, seed: 9112 })) {
    const bytes = Buffer.from(text, 'latin1')
    const [ours, length] = askOurs(bytes)
    if (ours.code === 'ok') taken++
    give(bytes.subarray(0, length))
    const theirs = await askNode(port)
    const found = difference(ours, theirs)
    if (found !== undefined && !seen.has(found))
      seen.set(found, `${JSON.stringify(text)} ${JSON.stringify(ours)} ${JSON.stringify(theirs)}`)
  }
  await new Promise((resolve) => server.close(resolve))
  expect(taken).toBeGreaterThan(200)
  expect([...seen.keys()].sort(), [...seen.values()].join('\n')).toEqual(known.sort())
})
