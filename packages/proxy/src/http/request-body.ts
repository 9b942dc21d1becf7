/**
 * The body of a request: by Content-Length or chunked (RFC 9112 sections 6 and 7; as nginx since 1.29.4 a bare LF in the
 * chunk framing is an error), taken from the connection's unread bytes when somebody wants it. `100 Continue` is sent at
 * the first wish (RFC 9110 section 10.1.1), an oversized chunked body is found while it is read.
 *
 *     waiting -> reading (a sink was given) -> done | failed
 */
import type { Connection } from './connection.ts'

/** Who reads a body. `onBodyError` gets the status to answer with. */
export interface BodySink {
  onBodyData(chunk: Buffer): void
  /** All that has come so far has been handed over. */
  onBodyFlush?(): void
  onBodyEnd(): void
  onBodyError(status: number): void
}

type ChunkPlace =
  | 'size'
  | 'extension'
  | 'size-end'
  | 'data'
  | 'data-cr'
  | 'data-lf'
  | 'trailer'
  | 'trailer-line'
  | 'trailer-end'
  | 'last-end'

/** Longest chunk framing (sizes, extensions, trailers) accepted for one body, in bytes: enough for 1-byte chunks of usual bodies, not for endless trailers. */
const trailerLimit = 32 * 1024

const lastChunk = Buffer.from('0\r\n\r\n')

/** A request's body. */
export class RequestBody {
  /** -1 when chunked. */
  readonly length: number
  /** Bytes handed on so far. */
  received = 0
  /** Bytes taken from the wire, chunk framing included. */
  wireBytes = 0
  /** The most that is accepted; 0 is no limit. */
  limit = 0
  isDone: boolean
  failure = 0
  #expectsContinue: boolean
  readonly #connection: Connection
  #sink: BodySink | undefined
  #isPaused = false
  #place: ChunkPlace = 'size'
  #size = -1
  #trailerBytes = 0

  constructor(connection: Connection, length: number, expectsContinue: boolean) {
    this.#connection = connection
    this.length = length
    this.isDone = length === 0
    this.#expectsContinue = expectsContinue
  }

  /** True while a client may wait for `100 Continue`. */
  get isAwaitingContinue(): boolean {
    return this.#expectsContinue
  }

  /**
   * The answer begins: too late to say `100 Continue`. True when the client still waits for it: it may send its body or
   * not, and nobody can know where its next request would begin.
   */
  endContinue(): boolean {
    const waits = this.#expectsContinue && this.received === 0 && !this.#connection.hasUnread
    this.#expectsContinue = false
    return waits
  }

  /** True when the body is being read by somebody. */
  get hasSink(): boolean {
    return this.#sink !== undefined
  }

  /** True while what comes is handed on. */
  get isFlowing(): boolean {
    return this.#sink !== undefined && !this.#isPaused && !this.isDone
  }

  /** Whether the rest of it seems to be in `bytes`. */
  isWholeIn(bytes: Buffer): boolean {
    if (this.length >= 0) return bytes.length >= this.length - this.received
    return bytes.length >= lastChunk.length && bytes.subarray(-lastChunk.length).equals(lastChunk)
  }

  /** Starts reading, or hands the rest to another reader. */
  read(sink: BodySink): void {
    this.#sink = sink
    this.#isPaused = false
    if (this.failure !== 0) {
      sink.onBodyError(this.failure)
      return
    }
    if (this.#expectsContinue) this.#connection.send('HTTP/1.1 100 Continue\r\n\r\n')
    this.#expectsContinue = false
    if (this.isDone) {
      sink.onBodyEnd()
      return
    }
    this.#connection.wantBody()
  }

  /** Takes a reader without asking the client for anything. */
  skip(sink: BodySink): void {
    this.limit = 0
    this.#sink = sink
  }

  /** Stops the flow until `resume`. */
  pause(): void {
    this.#isPaused = true
    this.#connection.unwantBody()
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#connection.wantBody()
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  /** Takes what it needs from `bytes` and returns how many bytes that were. */
  take(bytes: Buffer): number {
    const sink = this.#sink
    if (sink === undefined || this.isDone || this.failure !== 0) return 0
    const used = this.length >= 0 ? this.#takeLength(bytes, sink) : this.#takeChunks(bytes, sink)
    this.wireBytes += used
    if (!this.isDone && this.failure === 0) this.#sink?.onBodyFlush?.()
    return used
  }

  /** The client is gone, or too slow. */
  fail(status: number): void {
    if (this.isDone || this.failure !== 0) return
    this.failure = status
    this.#sink?.onBodyError(status)
  }

  #takeLength(bytes: Buffer, sink: BodySink): number {
    const used = Math.min(this.length - this.received, bytes.length)
    if (used === 0) return 0
    this.received += used
    sink.onBodyData(used === bytes.length ? bytes : bytes.subarray(0, used))
    if (this.received === this.length) this.#finish()
    return used
  }

  #finish(): void {
    this.isDone = true
    this.#sink?.onBodyEnd()
  }

  #takeChunks(bytes: Buffer, sink: BodySink): number {
    let i = 0
    while (i < bytes.length && !this.isDone && this.failure === 0) {
      if (this.#place !== 'data') {
        this.#step(bytes[i] ?? 0)
        i++
        continue
      }
      if (this.#isPaused) break
      const used = Math.min(this.#size, bytes.length - i)
      this.#size -= used
      this.received += used
      if (this.limit > 0 && this.received + this.#size > this.limit) {
        this.fail(413)
        break
      }
      if (this.#size === 0) this.#place = 'data-cr'
      sink.onBodyData(bytes.subarray(i, i + used))
      i += used
    }
    return i
  }

  #step(byte: number): void {
    switch (this.#place) {
      case 'size':
        return this.#readSize(byte)
      case 'extension':
        if (byte === 13) this.#place = 'size-end'
        else if (byte < 32 && byte !== 9) this.fail(400)
        else this.#countTrailer()
        return
      case 'size-end':
        return this.#expect(byte, 10, this.#size === 0 ? 'trailer' : 'data')
      case 'data-cr':
        return this.#expect(byte, 13, 'data-lf')
      case 'data-lf':
        this.#size = -1
        return this.#expect(byte, 10, 'size')
      case 'trailer':
        this.#place = byte === 13 ? 'last-end' : 'trailer-line'
        if (byte === 10) this.fail(400)
        return this.#countTrailer()
      case 'trailer-line':
        if (byte === 13) this.#place = 'trailer-end'
        else if (byte === 10) this.fail(400)
        return this.#countTrailer()
      case 'trailer-end':
        return this.#expect(byte, 10, 'trailer')
      case 'last-end':
        if (byte === 10) this.#finish()
        else this.fail(400)
    }
  }

  #expect(byte: number, wanted: number, place: ChunkPlace): void {
    if (byte === wanted) this.#place = place
    else this.fail(400)
  }

  #countTrailer(): void {
    if (++this.#trailerBytes > trailerLimit) this.fail(400)
  }

  #readSize(byte: number): void {
    const digit = byte >= 48 && byte <= 57 ? byte - 48 : (byte | 32) >= 97 && (byte | 32) <= 102 ? (byte | 32) - 87 : -1
    if (digit !== -1) {
      if (this.#size > 2 ** 48) return this.fail(400)
      if (this.#size === 0) this.#countTrailer()
      this.#size = Math.max(this.#size, 0) * 16 + digit
      return
    }
    if (this.#size === -1) return this.fail(400)
    if (this.limit > 0 && this.received + this.#size > this.limit) return this.fail(413)
    if (byte === 13) this.#place = 'size-end'
    else if (byte === 59 || byte === 32 || byte === 9) this.#place = 'extension'
    else this.fail(400)
  }
}
