/**
 * A real http.ServerResponse whose head and body go to a gateway. Frameworks swap its prototype, so the four places where
 * Node would speak HTTP to a socket are replaced on the object itself:
 *
 *   _storeHeader  takes status and fields instead of serializing them; framing is the server's, so there is no chunked
 *   _send         takes body bytes instead of writing them behind the head
 *   _writeRaw     takes 1xx heads
 *   _finish       is called by end()
 *
 * What is written in one tick is held together: a response that ends in the tick of its first write is an array body.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Body, Bytes, Environ, HeaderList, StartResponse, Write } from '../contract.ts'
import { asError, GatewayError } from '../gateway-error.ts'
import { http } from '../node-http.ts'
import { fieldsOf, ownSymbol, parseFields } from './response-head.ts'
import type { GatewaySocket } from './socket.ts'

/** As Node's own: above this write() says false. */
const highWaterMark = 64 * 1024

type Callback = (error?: Error | null) => void
type Data = string | Uint8Array

const answerKey: unique symbol = Symbol('trivet.answer')

/** The members of Node's OutgoingMessage that its types leave out. */
interface Internals {
  _header: string | null
  _headerSent: boolean
  _closed: boolean
  _trailer: string
  _storeHeader(firstLine: string, headers: unknown): void
  _send(data: Data, encoding?: BufferEncoding | null, callback?: Callback): boolean
  _writeRaw(data: Data, encoding?: BufferEncoding | null, callback?: Callback): boolean
  _finish(): void
}
type Outgoing = Omit<ServerResponse, keyof Internals> & Internals & { [answerKey]: Answer; [key: symbol]: unknown }

/** Node keeps "write() said false" under a symbol of its own; it must be cleared when 'drain' is told. */
const needDrain = ownSymbol(new http.OutgoingMessage(), 'kNeedDrain')

/** `firstLine` is `HTTP/1.1 200 OK` with its line end; libraries ask `_header` whether there is a head, not for it. */
function storeHeader(this: Outgoing, firstLine: string, headers: unknown): void {
  this[answerKey].setHead(firstLine.slice(9, -2), fieldsOf(this, headers))
  this._header = firstLine
  this._headerSent = false
  this.chunkedEncoding = false
}

function send(this: Outgoing, data: Data, encoding?: BufferEncoding | null, callback?: Callback): boolean {
  this._headerSent = true
  const bytes = typeof data === 'string' ? Buffer.from(data, encoding ?? 'utf8') : data
  return this[answerKey].hold(bytes, callback)
}

function writeRaw(this: Outgoing, data: Data, _encoding?: BufferEncoding | null, callback?: Callback): boolean {
  if (typeof data === 'string') this[answerKey].inform(data)
  if (callback) process.nextTick(callback)
  return true
}

function finish(this: Outgoing): void {
  this.emit('prefinish')
  this[answerKey].finish()
}

/** The response of one listener call, and what of it has reached the gateway. */
export class Answer {
  readonly response: ServerResponse
  private readonly outgoing: Outgoing
  private readonly environ: Environ
  private readonly startResponse: StartResponse
  private readonly socket: GatewaySocket
  private held: Bytes[] = []
  private size = 0
  private callbacks: Callback[] = []
  private scheduled = false
  private slow = false
  private writer: Write | undefined = undefined
  private ended = false
  private failure: Error | undefined = undefined
  private whole: Body = []
  private status = ''
  private headers: HeaderList = []
  private settled: PromiseWithResolvers<Body> | undefined = undefined

  constructor(environ: Environ, startResponse: StartResponse, request: IncomingMessage, socket: GatewaySocket) {
    this.environ = environ
    this.startResponse = startResponse
    this.socket = socket
    this.response = new http.ServerResponse(request)
    const outgoing = this.response as unknown as Outgoing
    this.outgoing = outgoing
    outgoing.useChunkedEncodingByDefault = false
    outgoing.sendDate = false
    outgoing[answerKey] = this
    outgoing._storeHeader = storeHeader
    outgoing._send = send
    outgoing._writeRaw = writeRaw
    outgoing._finish = finish
    this.response.assignSocket(socket as unknown as Socket)
  }

  /** What the application returns: at once when the listener has ended its response already. */
  body(): Body | Promise<Body> {
    if (this.failure !== undefined) throw this.failure
    if (this.ended) return this.whole
    this.settled = Promise.withResolvers<Body>()
    return this.settled.promise
  }

  /** Some body bytes, none for a head to be flushed; false says: wait for 'drain'. */
  hold(bytes: Bytes, callback: Callback | undefined): boolean {
    if (this.failure !== undefined) return false
    if (bytes.length > 0) this.held.push(bytes)
    this.size += bytes.length
    if (callback) this.callbacks.push(callback)
    this.schedule()
    return this.size < highWaterMark && !this.slow
  }

  /** An informational head, as Node writes it to the socket. */
  inform(head: string): void {
    if (head.startsWith('HTTP/1.1 103')) this.environ['tsgi.early_hints']?.(parseFields(head))
  }

  /** Status and headers are settled; they leave with the first bytes. */
  setHead(status: string, headers: HeaderList): void {
    this.status = status
    this.headers = headers
  }

  /** end() was called. */
  finish(): void {
    this.ended = true
    this.schedule()
    try {
      if (this.writer === undefined) {
        this.start()
        this.whole = this.withTrailers(this.held)
        this.held = []
      } else {
        this.push()
        this.whole = this.withTrailers([])
      }
      this.settled?.resolve(this.whole)
    } catch (error) {
      this.breakOff(asError(error))
    }
  }

  /** What addTrailers() was given follows the body; an array would be sent with its length, which leaves no room for it. */
  private withTrailers(chunks: Bytes[]): Body {
    const text = this.outgoing._trailer
    if (text === '') return chunks
    return { [Symbol.iterator]: () => chunks.values(), trailers: () => parseFields(text) }
  }

  /** The response breaks off: the connection is gone, or the listener gave up. */
  fail(error: Error | null): void {
    if (this.ended || this.failure !== undefined) return
    this.breakOff(error ?? new GatewayError('response-ended', 'the listener destroyed the response before its end'))
  }

  private breakOff(error: Error): void {
    this.failure = error
    this.settled?.reject(error)
    if (!this.socket.destroyed) this.socket.destroy()
  }

  private schedule(): void {
    if (this.scheduled) return
    this.scheduled = true
    process.nextTick(flush, this)
  }

  private start(): void {
    this.writer = this.startResponse(this.status, this.headers)
  }

  /** Hands over what is held; an empty write sends the head alone. */
  private push(): void {
    const chunks = this.held
    this.held = []
    this.size = 0
    const first = this.writer === undefined
    if (first) this.start()
    let wait: void | Promise<void> = undefined
    if (first && chunks.length === 0) wait = this.writer?.(Buffer.alloc(0))
    for (const chunk of chunks) wait = this.writer?.(chunk)
    if (wait === undefined) return
    this.slow = true
    void wait.then(() => {
      this.slow = false
      this.drain()
    })
  }

  /** The tick is over. */
  flush(): void {
    this.scheduled = false
    const { callbacks } = this
    this.callbacks = []
    try {
      if (!this.ended && this.failure === undefined) this.push()
    } catch (error) {
      this.fail(asError(error))
    }
    for (const callback of callbacks) callback()
    if (this.ended) this.close()
    else if (!this.slow) this.drain()
  }

  private drain(): void {
    if (!this.outgoing[needDrain] || this.ended) return
    this.outgoing[needDrain] = false
    this.response.emit('drain')
  }

  /** As Node does after 'finish': the response lets go of the socket, then says 'close'. */
  private close(): void {
    const { response, outgoing } = this
    if (response.socket !== null) response.detachSocket(response.socket)
    if (outgoing._closed) return
    outgoing._closed = true
    outgoing.destroyed = true
    response.emit('close')
  }
}

function flush(answer: Answer): void {
  answer.flush()
}
