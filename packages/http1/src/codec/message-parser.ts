/**
 * What both parsers share: bytes in by `push`, what they mean out by `next`.
 *
 *     head ──→ body ──→ end ──→ paused ──startNext()──→ head
 *       └ (no body) ──────┘
 *
 * A parser does no input or output and looks at no clock; it never copies a body, and copies a head only to join one that
 * came in pieces.
 */
import { ChunkedReader } from './chunked-reader.ts'
import { Http1Error } from './error.ts'
import { FieldScanner, type Underscores } from './field-scanner.ts'
import type { HeaderFields } from './header-fields.ts'
import { Intake } from './intake.ts'
import { defaultLimits, type Limits } from './limits.ts'

/** What `next()` found. */
export type Step = 'need-data' | 'head' | 'data' | 'end' | 'paused'

/** How a body is framed. */
export type BodyKind = 'none' | 'length' | 'chunked' | 'until-close'

type State = 'head' | 'body' | 'end' | 'paused'

const nothing = Buffer.alloc(0)

export abstract class MessageParser {
  /** The bytes of the body that `'data'` announced; a view, not a copy. */
  data: Uint8Array = nothing
  protected readonly limits: Limits
  protected readonly intake: Intake = new Intake()
  protected readonly fields: FieldScanner
  #state: State = 'head'
  #body: BodyKind = 'none'
  #remaining = 0
  #closed = false
  #chunks: ChunkedReader | undefined
  #trailers: HeaderFields | undefined

  constructor(limits: Partial<Limits> | undefined, bareLf: boolean, underscores: Underscores) {
    this.limits = limits === undefined ? defaultLimits : { ...defaultLimits, ...limits }
    this.fields = new FieldScanner(this.limits.fields, 'head-too-large', bareLf, underscores)
  }

  /** Takes bytes from the peer. They are kept, not copied: the caller must not write into them again. */
  push(chunk: Uint8Array): void {
    this.intake.push(chunk)
  }

  /** Goes on to the next thing the bytes say; throws `Http1Error` when they break the rules. */
  next(): Step {
    switch (this.#state) {
      case 'head':
        return this.readHead() ? 'head' : 'need-data'
      case 'body':
        return this.#readBody()
      case 'end':
        this.#state = 'paused'
        return 'end'
      default:
        return 'paused'
    }
  }

  /** Lets the parser go on to the next message; call it after `'end'`. */
  startNext(): void {
    if (this.#state !== 'paused') throw new Http1Error('invalid-use', '`startNext` was called before `end`', 'local')
    this.#state = 'head'
    this.#trailers = undefined
    this.data = nothing
  }

  /** Says that the peer has closed; throws when that cuts a message. A body that ends by close is then at its end. */
  finish(): void {
    this.#closed = true
    if (this.#state === 'body' && this.#body === 'until-close') return
    if (this.#state === 'body') throw new Http1Error('truncated', 'the connection was closed before the end of a body')
    if (this.#state === 'head' && this.intake.unread > 0) {
      throw new Http1Error('truncated', 'the connection was closed before the end of a head')
    }
  }

  /** The trailer fields of the message that ended, when there were any. */
  get trailers(): HeaderFields | undefined {
    return this.#trailers
  }

  /** Between messages, with nothing buffered. */
  get idle(): boolean {
    return (this.#state === 'head' || this.#state === 'paused') && this.intake.unread === 0
  }

  /** How many bytes wait unparsed. */
  get buffered(): number {
    return this.intake.unread
  }

  /** The bytes not parsed, which the parser gives up: what follows an upgrade. */
  remainder(): Uint8Array {
    return this.intake.take(this.intake.unread)
  }

  /** Reads a head; when it is complete, calls `startBody`. */
  protected abstract readHead(): boolean

  protected startBody(kind: BodyKind, length = 0): void {
    this.#body = kind
    this.#remaining = length
    this.#state = kind === 'none' || (kind === 'length' && length === 0) ? 'end' : 'body'
    if (kind === 'chunked') (this.#chunks ??= new ChunkedReader(this.limits)).start()
  }

  #readBody(): Step {
    if (this.#body === 'chunked') return this.#readChunks()
    const unread = this.intake.unread
    if (unread === 0) {
      if (!this.#closed || this.#body !== 'until-close') return 'need-data'
      this.#state = 'paused'
      return 'end'
    }
    if (this.#body === 'until-close') {
      this.data = this.intake.take(unread)
      return 'data'
    }
    const size = Math.min(unread, this.#remaining)
    this.data = this.intake.take(size)
    this.#remaining -= size
    if (this.#remaining === 0) this.#state = 'end'
    return 'data'
  }

  #readChunks(): Step {
    const chunks = this.#chunks as ChunkedReader
    const step = chunks.next(this.intake)
    if (step === 'data') this.data = chunks.data
    if (step === 'end') {
      this.#trailers = chunks.trailers
      this.#state = 'paused'
    }
    return step
  }
}
