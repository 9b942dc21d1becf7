/**
 * The body of a forwarded request on its way to the upstream, from one of three places: memory (it then leaves with the
 * head), the temporary file it was spilled to, or the client itself when it is streamed; then each side waits for the
 * other, and a body of unknown size is chunked.
 */
import type { BodySink } from '../http/request-body.ts'
import type { Request } from '../http/request.ts'
import type { Flow } from './protocol.ts'
import type { Route } from './route.ts'

const crlf: Buffer = Buffer.from('\r\n')
const lastChunk: Buffer = Buffer.from('0\r\n\r\n')
const filePiece = 64 * 1024

/** Who sends a body. */
export interface SenderOwner {
  /** So many bytes of the body have been written. */
  countSent(bytes: number): void
  /** The client's body cannot be had; the status to answer with. */
  onBodyLost(status: number): void
}

/** Sends the body of one request, once per attempt. */
export class RequestSender implements BodySink {
  /** True when the body comes from the client as it is sent: it cannot be sent again. */
  isStreamed = false
  readonly #owner: SenderOwner
  readonly #request: Request
  readonly #route: Route
  #flow: Flow | undefined
  #isStopped = false
  #pending: Buffer[] = []
  #isCollecting = false
  #hasEnd = false
  #fileOffset = 0
  #isSendingFile = false

  constructor(owner: SenderOwner, request: Request, route: Route) {
    this.#owner = owner
    this.#request = request
    this.#route = route
  }

  /** The body's size; -1 when it will be streamed and is not known. */
  get size(): number {
    if (this.#route.body !== undefined) return this.#route.body.length
    if (!this.#route.settings.passRequestBody) return 0
    return this.#request.bufferedBody?.size ?? this.#request.body.length
  }

  /** Decides where the body comes from; true when it has to be read whole before the first attempt. */
  prepare(): boolean {
    const { settings, protocol } = this.#route
    const { body, bufferedBody, connection, location } = this.#request
    if (bufferedBody !== undefined) return true
    const isEmpty = body.isDone && body.length === 0
    const streams = !settings.requestBuffering && (body.length >= 0 || protocol.canStreamUnknown)
    this.isStreamed = streams && !isEmpty && !connection.hasWhole(body)
    if (this.isStreamed) body.limit = location.core.clientMaxBodySize
    return !this.isStreamed && !(isEmpty && !body.isAwaitingContinue)
  }

  /** Another attempt begins. */
  restart(): void {
    this.#flow = undefined
    this.#isSendingFile = false
    this.#fileOffset = 0
  }

  /** Nothing more is to be sent. */
  stop(): void {
    this.#isStopped = true
    this.#flow = undefined
  }

  /** The head, and what of the body leaves in one write with it. */
  withFirstBytes(head: string): string | Buffer {
    const body = this.#memory ?? (this.#route.settings.passRequestBody ? this.#firstPieces() : undefined)
    if (body === undefined || body.length === 0) return head
    const whole = Buffer.allocUnsafe(head.length + body.length)
    whole.write(head, 0, 'latin1')
    whole.set(body, head.length)
    return whole
  }

  get #memory(): Buffer | undefined {
    const { body, settings } = this.#route
    return body ?? (settings.passRequestBody ? this.#request.bufferedBody?.memory : undefined)
  }

  /** What has come of a body that is streamed. */
  #firstPieces(): Buffer | undefined {
    if (!this.isStreamed) return undefined
    this.#isCollecting = true
    this.#request.body.read(this)
    this.#isCollecting = false
    return this.#takePending()
  }

  /** The pieces that wait to be written, framed as the upstream needs them. */
  #takePending(): Buffer {
    const pieces = this.#pending
    this.#pending = []
    if (this.#request.body.length >= 0)
      return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)
    const size = pieces.reduce((sum, piece) => sum + piece.length, 0)
    const chunk = size === 0 ? [] : [Buffer.from(`${size.toString(16)}\r\n`), ...pieces, crlf]
    return Buffer.concat(this.#hasEnd ? [...chunk, lastChunk] : chunk)
  }

  /** For protocols that encode their heads themselves: the body, when it is in memory. */
  sendMemory(flow: Flow): void {
    const body = this.#memory
    if (body !== undefined && body.length > 0) this.#write(flow, body)
  }

  /** The head and its first bytes have been written: sends the rest. */
  sendRest(flow: Flow): void {
    this.#flow = flow
    const { body, bufferedBody } = this.#request
    if (this.#route.body !== undefined || !this.#route.settings.passRequestBody) flow.endBody()
    else if (this.isStreamed) {
      if (this.#hasEnd) flow.endBody()
      else if (body.hasSink) body.resume()
      else body.read(this)
    } else if (bufferedBody?.file !== undefined) this.#sendFile()
    else flow.endBody()
  }

  #sendFile(): void {
    const body = this.#request.bufferedBody
    if (body === undefined) return
    this.#isSendingFile = true
    while (this.#fileOffset < body.size) {
      const flow = this.#flow
      if (flow === undefined) return
      const piece = body.readFile(this.#fileOffset, filePiece)
      this.#fileOffset += piece.length
      if (!this.#write(flow, piece)) return
    }
    this.#isSendingFile = false
    this.#flow?.endBody()
  }

  #write(flow: Flow, piece: Buffer): boolean {
    this.#owner.countSent(piece.length)
    return flow.write(piece)
  }

  /** The upstream can take more. */
  onDrain(): void {
    if (this.#isStopped) return
    if (this.isStreamed) this.#request.body.resume()
    else if (this.#isSendingFile) this.#sendFile()
  }

  onBodyData(chunk: Buffer): void {
    if (!this.#isStopped) this.#pending.push(chunk)
  }

  onBodyFlush(): void {
    const flow = this.#flow
    if (this.#isStopped || this.#isCollecting || flow === undefined || this.#pending.length === 0) return
    if (!this.#write(flow, this.#takePending())) this.#request.body.pause()
  }

  onBodyEnd(): void {
    if (this.#isStopped) return
    this.#hasEnd = true
    const flow = this.#flow
    if (this.#isCollecting || flow === undefined) return
    const data = this.#takePending()
    if (data.length > 0) this.#write(flow, data)
    flow.endBody()
  }

  onBodyError(status: number): void {
    if (!this.#isStopped) this.#owner.onBodyLost(status)
  }
}
