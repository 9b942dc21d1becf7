/**
 * One response, from startResponse to close (PEP 3333, "The start_response() Callable" to "Error Handling").
 *
 *   open --startResponse--> set --first bytes, write() or the end--> sent --> done
 *     |                      |  \-- startResponse(excInfo) replaces        ^
 *     \---- error: 500 ------+-------------- error: abort -----------------/
 *
 * Nothing is sent before the first non-empty chunk, so that an error until then still becomes a clean 500. Whatever
 * happens, the body's close() is called exactly once, then its iterator's return(), then the response_finished hooks.
 */
import type { Duplex } from 'node:stream'
import type { Body, Bytes, Environ, HeaderList, StartResponse, Write } from '../contract.ts'
import { asError, GatewayError } from '../gateway-error.ts'
import { checkChunk, isPromise } from './bytes.ts'
import { callHooks, closeBody } from './ending.ts'
import type { BodyIterator } from './ending.ts'
import { checkHeaders, checkStatus, checkTrailers, noLength, withLength } from './head.ts'
import type { ResponseSink, RunOptions } from './sink.ts'

const noHeaders: HeaderList = []
const errorBody: Bytes = Buffer.from('Internal Server Error\n')

export class Reply {
  readonly startResponse: StartResponse
  readonly environ: Environ
  readonly sink: ResponseSink
  phase: 'open' | 'set' | 'sent' | 'done' = 'open'
  status = ''
  headers: HeaderList = noHeaders
  /** Why the client is gone, once it is. */
  gone: Error | undefined = undefined
  /** The body's iterator: undefined before the first step, null once it is exhausted; closing returns it. */
  iterator: BodyIterator | null | undefined = undefined
  /** The application's code is on the stack: a generator cannot be returned from inside itself. */
  running = false
  private readonly options: RunOptions
  private body: Body | undefined = undefined
  private error: Error | undefined = undefined
  private declared = noLength
  private bodyless = false
  private count = 0
  private settle: (() => void) | undefined = undefined
  private released = false
  private readonly writer: Write

  constructor(environ: Environ, sink: ResponseSink, options: RunOptions) {
    this.environ = environ
    this.sink = sink
    this.options = options
    this.writer = this.write.bind(this)
    this.startResponse = this.start.bind(this)
  }

  private start(status: string, headers: HeaderList, excInfo: Error | null | undefined): Write {
    if (this.phase !== 'open') this.restart(excInfo)
    checkStatus(status)
    this.declared = checkHeaders(headers)
    this.status = status
    this.headers = headers
    this.bodyless = this.environ.REQUEST_METHOD === 'HEAD' || isEmpty(status)
    if (this.declared !== noLength && status.startsWith('204')) {
      this.headers = withLength(headers, undefined)
      this.declared = noLength
    }
    this.phase = 'set'
    return this.writer
  }

  /** A second call: only an error may replace what was set, and only while nothing was sent. */
  private restart(excInfo: Error | null | undefined): void {
    if (excInfo && this.phase !== 'set') throw excInfo
    if (excInfo) return
    if (this.phase === 'done') throw new GatewayError('start-response-late', 'startResponse after the response ended')
    throw new GatewayError('start-response-twice', 'startResponse called again without excInfo')
  }

  /** What startResponse returned to the application: sends at once, also the head when the chunk is empty. */
  private write(chunk: Bytes): void | Promise<void> {
    if (this.gone !== undefined)
      throw new GatewayError('disconnected', 'write after the client went', { cause: this.gone })
    if (this.phase === 'done') throw new GatewayError('response-ended', 'write after the response ended')
    if (this.phase === 'set') this.sendHead(undefined)
    checkChunk(chunk)
    return chunk.length === 0 ? this.sink.flush() : this.deliver(chunk)
  }

  /** The body, known now; an application that returned after the client went has it closed only. */
  accept(body: Body): boolean {
    this.body = body
    if (this.gone === undefined && this.phase !== 'done') return true
    this.finish()
    return false
  }

  /** One chunk of an iterated body. */
  deliver(chunk: Bytes): void | Promise<void> {
    checkChunk(chunk)
    if (chunk.length === 0) return undefined
    this.count += chunk.length
    if (this.declared !== noLength && this.count > this.declared && !this.bodyless) throw this.wrongLength(this.count)
    if (this.phase !== 'sent') this.sendHead(undefined)
    if (this.bodyless) return undefined
    const wait = this.sink.write(chunk)
    this.sink.flush()
    return wait
  }

  /** A whole body at hand: its length is exact, and head and chunks leave together. */
  deliverArray(chunks: readonly Bytes[]): void {
    let total = 0
    for (const chunk of chunks) {
      checkChunk(chunk)
      total += chunk.length
    }
    if (this.phase !== 'sent') this.sendHead(total)
    if (this.bodyless) return
    this.count += total
    if (this.declared !== noLength && this.count > this.declared) throw this.wrongLength(this.count)
    for (const chunk of chunks) {
      if (chunk.length > 0) void this.sink.write(chunk)
    }
  }

  /** Hands the connection to a streaming body. */
  upgrade(): Duplex {
    const protocol = this.headers.find(([name]) => name.toLowerCase() === 'tsgi.protocol')?.[1]
    const offered = this.environ['tsgi.protocol'] ?? []
    if (this.phase !== 'set' || !this.status.startsWith('101') || protocol === undefined) {
      const rule = "a streaming body needs '101 Switching Protocols' and a `tsgi.protocol` header"
      throw new GatewayError('body-kind', `${rule}, got ${this.status === '' ? 'no startResponse' : this.status}`)
    }
    if (!offered.includes(protocol) || this.sink.upgrade === undefined) {
      throw new GatewayError('upgrade-refused', `the client offered [${offered.join(', ')}], got \`${protocol}\``)
    }
    this.phase = 'sent'
    const headers: HeaderList = this.headers.filter(([name]) => name.toLowerCase() !== 'tsgi.protocol')
    return this.sink.upgrade(this.status, headers, protocol)
  }

  /** No byte of body will be sent, so there is no use in asking for more. */
  get satisfied(): boolean {
    return this.bodyless && this.phase === 'sent'
  }

  /** The body came to its end. */
  complete(): void {
    if (this.phase === 'done') return
    if (this.phase !== 'sent') this.sendHead(0)
    // Not only less: an application may have caught what an excess threw, and the client waits for the rest.
    if (!this.bodyless && this.declared !== noLength && this.count !== this.declared) throw this.wrongLength(this.count)
    const body = this.body
    if (this.environ['tsgi.trailers'] !== true || this.bodyless || body?.trailers === undefined)
      return this.end(undefined)
    const trailers = body.trailers()
    if (!isPromise(trailers)) return this.end(trailers)
    trailers.then(
      (list) => this.guard(() => this.end(list)),
      (error: unknown) => this.fail(error),
    )
  }

  private end(trailers: HeaderList | undefined): void {
    if (this.phase === 'done') return
    if (trailers !== undefined) checkTrailers(trailers)
    this.sink.end(trailers)
    this.finish()
  }

  /** Runs one step; whatever it throws fails the response. */
  guard(step: () => void): void {
    try {
      step()
    } catch (error) {
      this.fail(error)
    }
  }

  /** The head leaves; `total` is the body's length where that is known from outside the headers. */
  private sendHead(total: number | undefined): void {
    if (this.phase !== 'set') {
      throw new GatewayError('start-response-missing', 'the body began before startResponse was called')
    }
    if (this.status.startsWith('101')) {
      throw new GatewayError('body-kind', 'a 101 needs a streaming body: return a function that takes the stream')
    }
    const { bodyless, declared } = this
    if (total !== undefined && declared !== noLength && !bodyless && total !== declared) {
      throw this.wrongLength(total)
    }
    const length = declared === noLength ? total : declared
    const adds = total !== undefined && declared === noLength && (!bodyless || (total > 0 && !isEmpty(this.status)))
    this.phase = 'sent'
    this.sink.start(this.status, adds ? withLength(this.headers, total) : this.headers, bodyless ? 0 : length)
  }

  /** An error of the application: logged, then a 500 when nothing was sent, else a broken connection. */
  fail(thrown: unknown): void {
    const error = asError(thrown)
    const expected =
      this.gone !== undefined && (error === this.gone || (error as { code?: unknown }).code === 'disconnected')
    if (!expected && error !== this.error) this.report(error)
    if (this.phase === 'done') return
    this.error = error
    if (this.gone === undefined) this.guardSink(error)
    this.finish()
  }

  private guardSink(error: Error): void {
    try {
      if (this.phase === 'sent') this.sink.abort(error)
      else this.sendError()
    } catch (sinkError) {
      this.report(asError(sinkError))
      this.sink.abort(error)
    }
  }

  private sendError(): void {
    const bodyless = this.environ.REQUEST_METHOD === 'HEAD'
    this.status = '500 Internal Server Error'
    this.headers = [
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['Content-Length', String(errorBody.length)],
    ]
    this.phase = 'sent'
    this.sink.start(this.status, this.headers, bodyless ? 0 : errorBody.length)
    if (!bodyless) void this.sink.write(errorBody)
    this.sink.end()
  }

  /** Tells the server; an `onError` that throws is a bug of the server's and surfaces as an uncaught exception. */
  report(error: Error): void {
    try {
      this.options.onError(error, this.environ)
    } catch (bug) {
      queueMicrotask(() => {
        throw bug
      })
    }
  }

  /** A promise for the rest of the response; from here on a disconnect has to reach it. */
  pending(): Promise<void> | undefined {
    if (this.released) return undefined
    const promise = new Promise<void>((resolve) => {
      this.settle = resolve
    })
    if (this.sink.disconnect !== undefined) this.sink.disconnect.listen((reason) => this.disconnected(reason))
    else this.listenToSignal(this.environ['tsgi.signal'])
    return promise
  }

  private listenToSignal(signal: AbortSignal): void {
    const listener = (): void => this.disconnected(asError(signal.reason))
    if (signal.aborted) listener()
    else signal.addEventListener('abort', listener, { once: true })
  }

  private disconnected(reason: Error): void {
    if (this.phase === 'done') return
    this.gone = reason
    this.error = reason
    if (this.body !== undefined && !this.running) this.finish()
  }

  /** Ends the response once: close(), return(), then the hooks. */
  finish(): void {
    this.phase = 'done'
    const { body, iterator } = this
    this.body = undefined
    const closing = body === undefined ? undefined : closeBody(body, iterator, (error) => this.report(asError(error)))
    if (closing === undefined) this.release()
    else void closing.then(() => this.release())
  }

  private release(): void {
    if (this.released) return
    this.released = true
    this.sink.disconnect?.listen(undefined)
    const { environ, status, headers, error } = this
    if (environ['tsgi.response_finished'] !== undefined) {
      callHooks(environ, status, headers, error, (failure) => this.report(asError(failure)))
    }
    this.settle?.()
  }

  private wrongLength(got: number): GatewayError {
    const declared = `\`Content-Length\` says ${this.declared}`
    return got > this.declared
      ? new GatewayError('body-too-long', `body of ${got} bytes or more, ${declared}`)
      : new GatewayError('body-too-short', `body ended after ${got} bytes, ${declared}`)
  }
}

/** 204 and 304 end with their head (RFC 9110 sections 15.3.5 and 15.4.5). */
function isEmpty(status: string): boolean {
  return status.startsWith('204') || status.startsWith('304')
}
