/**
 * A client that sees what a friendly one hides: each request has a connection of its own, bytes go out as the case says,
 * and what comes back is read to the end of the connection and taken apart by hand (RFC 9112), so that the codec of a
 * server under test is not its own witness.
 */
import { connect, type Socket } from 'node:net'
import type { Ability, CaseAnswer, CaseClient, CaseRequest } from './case.ts'
import { readAnswer } from './http-answer.ts'

/** Where a server listens. */
export type CaseAddress = { readonly host: string; readonly port: number } | { readonly path: string }

/** What is known about a server beside its address. */
export interface HttpClientOptions {
  /** What the wire cannot carry, each with its reason. */
  readonly lacks?: Partial<Record<Ability, string>>
  /** All that the server has logged; without it, cases about logs are skipped. */
  readonly log?: () => string
  /** How long an answer may take, in milliseconds; default 5000. */
  readonly timeout?: number
}

/** Runs cases over HTTP/1. */
export function httpClient(address: CaseAddress, options: HttpClientOptions = {}): CaseClient {
  const noLog = options.log === undefined ? { log: 'the log cannot be read from here' } : {}
  const client: CaseClient = {
    lacks: { ...noLog, ...options.lacks },
    send: async (request) => await new Conversation(address, request, options.timeout ?? 5000, client).answer,
  }
  return options.log === undefined ? client : { ...client, log: options.log }
}

/** One request, and all that comes back. */
class Conversation {
  readonly answer: Promise<CaseAnswer>
  private readonly request: CaseRequest
  private readonly socket: Socket
  private readonly client: CaseClient
  private readonly settle: PromiseWithResolvers<CaseAnswer> = Promise.withResolvers<CaseAnswer>()
  private received = ''
  private step: 'head' | 'waiting' | 'sent' = 'head'
  private asked = false

  constructor(address: CaseAddress, request: CaseRequest, timeout: number, client: CaseClient) {
    this.request = request
    this.client = client
    this.answer = this.settle.promise
    this.socket = connect(address)
    this.socket.setTimeout(timeout, () => this.timeout(timeout))
    this.socket.on('connect', () => this.send())
    this.socket.on('data', (chunk: Buffer) => this.take(chunk.toString('latin1')))
    this.socket.on('error', (error) => this.finish(error))
    this.socket.on('close', () => this.finish(undefined))
  }

  private send(): void {
    this.socket.write(head(this.request), 'latin1')
    if (this.request.waits) this.step = 'waiting'
    else this.sendBody()
  }

  private sendBody(): void {
    this.step = 'sent'
    const { body, chunked } = this.request
    if (body === undefined) return
    this.socket.write(chunked ? `${chunk(body.slice(0, 2))}${chunk(body.slice(2))}0\r\n\r\n` : body, 'latin1')
  }

  private take(text: string): void {
    this.received += text
    const { during, leavesAfter, sends } = this.request
    if (this.step === 'waiting' && this.received.includes('\r\n\r\n')) this.sendBody()
    const { headers, body } =
      this.received.length > 1e6 ? { headers: [], body: 'x' } : readAnswer(this.received, this.request)
    if (headers.length > 0 && sends !== undefined && !this.asked && this.received.includes(' 101 ')) {
      this.asked = true
      this.socket.write(sends, 'latin1')
    }
    if (leavesAfter !== undefined && body.includes(leavesAfter)) this.socket.destroy()
    if (during === undefined || this.asked || !body.includes(during.body)) return
    this.asked = true
    this.client.send({ target: during.target }).catch((error: unknown) => this.settle.reject(error))
  }

  private timeout(timeout: number): void {
    const evidence = JSON.stringify(this.received.slice(0, 200))
    this.settle.reject(new Error(`no whole answer after ${timeout} ms; received ${evidence}`))
    this.socket.destroy()
  }

  private finish(error: Error | undefined): void {
    if (this.received === '') {
      this.settle.reject(new Error('the connection was closed without an answer', { cause: error }))
      return
    }
    this.settle.resolve(readAnswer(this.received, this.request))
  }
}

function head(request: CaseRequest): string {
  const { method = 'GET', target, version = '1.1', body, chunked, headers = [] } = request
  const fields: (readonly [string, string])[] = [['Host', 'conformance.test'], ...headers]
  if (!headers.some(([name]) => name === 'Connection')) fields.push(['Connection', 'close'])
  if (headers.some(([name, value]) => name === 'Connection' && value === 'TE')) fields.push(['Connection', 'close'])
  if (chunked) fields.push(['Transfer-Encoding', 'chunked'])
  else if (body !== undefined) fields.push(['Content-Length', String(body.length)])
  return `${method} ${target} HTTP/${version}\r\n${fields.map((field) => `${field.join(': ')}\r\n`).join('')}\r\n`
}

function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`
}
