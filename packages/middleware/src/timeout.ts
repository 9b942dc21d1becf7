/**
 * A deadline for the beginning of a response. When it passes, `tsgi.signal` aborts inside with a `response-timeout`, so
 * that fetches and queries given the signal end, and the client gets a 503 without waiting for them. From the first byte
 * on a response may take its time: streams of events are none of this file's business.
 */
import { encodePath } from '@trivet/gateway/server'
import type { Application, Awaitable, Body, Bytes, Environ, Middleware, StartResponse } from '@trivet/gateway'
import { answerPlain } from './exchange/plain-answer.ts'
import { changedEnviron } from './exchange/environ.ts'
import { discardBody, hooksOf, returnEarly } from './exchange/watched-body.ts'
import { MiddlewareError } from './middleware-error.ts'

/** Answers 503 when nothing of a response was sent after `milliseconds`, and aborts `tsgi.signal` inside. */
export function timeout(milliseconds: number): Middleware {
  // setTimeout takes 31 bits, and fires at once above.
  if (!(milliseconds > 0 && milliseconds < 2 ** 31)) {
    throw new MiddlewareError('option-invalid', `\`milliseconds\` is above 0 and below 2^31, got ${milliseconds}`)
  }
  return (application) => (environ, startResponse) =>
    new Deadline(environ, startResponse, milliseconds).run(application, environ)
}

class Deadline {
  private readonly outer: StartResponse
  private readonly controller = new AbortController()
  private readonly timer: NodeJS.Timeout
  private readonly passed: Promise<'passed'>

  constructor(environ: Environ, outer: StartResponse, milliseconds: number) {
    this.outer = outer
    const { promise, resolve } = Promise.withResolvers<'passed'>()
    this.passed = promise
    this.timer = setTimeout(() => {
      this.controller.abort(new MiddlewareError('response-timeout', `no response within ${milliseconds} ms`))
      // Whoever left does not wait: only a response that somebody misses is worth a line.
      if (!environ['tsgi.signal'].aborted) {
        // A decoded path may hold line ends.
        const path = encodePath(environ.SCRIPT_NAME + environ.PATH_INFO)
        environ['tsgi.errors'].write(`${environ.REQUEST_METHOD} ${path}: no response within ${milliseconds} ms\n`)
      }
      resolve('passed')
    }, milliseconds)
  }

  run(application: Application, environ: Environ): Awaitable<Body> {
    const signal = AbortSignal.any([environ['tsgi.signal'], this.controller.signal])
    try {
      const body = application(changedEnviron(environ, { 'tsgi.signal': signal }), this.startResponse)
      return body instanceof Promise ? this.race(body) : this.take(body)
    } catch (error) {
      this.met()
      throw error
    }
  }

  /** The response began in time, or will never. */
  met(): void {
    clearTimeout(this.timer)
  }

  /** The step's value, or undefined when the deadline passes first; what comes later is nobody's. */
  async within<Value>(step: Promise<Value>): Promise<Value | undefined> {
    try {
      const first = await Promise.race([step, this.passed])
      if (first !== 'passed') return first
      step.catch(() => {})
    } catch (error) {
      // An application that heeds the signal may fail before the deadline is noticed here.
      if (!this.controller.signal.aborted) throw error
    }
    return undefined
  }

  /** The page in place of the response. */
  answer(): readonly Bytes[] {
    return answerPlain(
      this.outer,
      '503 Service Unavailable',
      [],
      this.controller.signal.reason as Error,
    ) as readonly Bytes[]
  }

  private readonly startResponse: StartResponse = (status, headers, excInfo) => {
    this.controller.signal.throwIfAborted()
    const send = this.outer(status, headers, excInfo)
    return (chunk) => {
      this.controller.signal.throwIfAborted()
      this.met()
      return send(chunk)
    }
  }

  private async race(pending: Promise<Body>): Promise<Body> {
    try {
      const body = await this.within(pending)
      if (body !== undefined) return this.take(body)
    } catch (error) {
      this.met()
      throw error
    }
    // Its failure was the answer's reason, or comes too late to be told.
    pending.then(discardBody).catch(() => {})
    return this.answer()
  }

  private take(body: Body): Body {
    const waits = typeof body !== 'function' && !Array.isArray(body) && Symbol.asyncIterator in body
    if (!waits) {
      this.met()
      return body
    }
    const hooks = hooksOf(body)
    return Object.assign(new TimedBody(this, body), {
      ...hooks,
      close: () => {
        this.met()
        return body.close?.()
      },
    })
  }
}

class TimedBody implements AsyncIterableIterator<Bytes, undefined> {
  private readonly deadline: Deadline
  private readonly body: AsyncIterable<Bytes>
  private iterator: AsyncIterator<Bytes> | undefined = undefined
  private begun = false
  private ended = false

  constructor(deadline: Deadline, body: AsyncIterable<Bytes>) {
    this.deadline = deadline
    this.body = body
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Bytes, undefined>> {
    if (this.ended) return { done: true, value: undefined }
    this.iterator ??= this.body[Symbol.asyncIterator]()
    const pending = this.iterator.next()
    const step = this.begun ? await pending : await this.deadline.within(pending)
    if (step === undefined) {
      this.ended = true
      return { done: false, value: this.deadline.answer()[0] ?? new Uint8Array() }
    }
    if (step.done === true || step.value.length > 0) this.begin()
    return step.done === true ? { done: true, value: undefined } : step
  }

  async return(): Promise<IteratorResult<Bytes, undefined>> {
    await returnEarly(this.iterator ?? this.body)
    return { done: true, value: undefined }
  }

  private begin(): void {
    this.begun = true
    this.deadline.met()
  }
}
