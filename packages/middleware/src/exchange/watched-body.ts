/**
 * A body watched on its way out: one chunk for a chunk, arrays stay arrays, synchronous iterables stay synchronous, and
 * close(), trailers() and return() reach the body inside. A body that takes the connection (101) passes as it is.
 */
import type { Awaitable, Body, BodyHooks, Bytes } from '@trivet/gateway'

/** What to do as a body goes by. */
export interface BodyWatch {
  /** Each chunk; what it returns is sent in its place. */
  chunk?(chunk: Bytes): Bytes
  /** Iteration failed: a last chunk in place of the rest, or the error thrown on. */
  failed?(error: unknown): Bytes
  /** The server closes the body, whatever became of it; before the inner close(). */
  close?(): void
}

type Chunks = Exclude<Body, (...args: never[]) => unknown>

/** The same body under watch. */
export function watchBody(body: Body, watch: BodyWatch): Body {
  if (typeof body === 'function') return body
  const hooks = watchedHooks(body, watch)
  if (Array.isArray(body)) {
    const chunks: Bytes[] = watch.chunk === undefined ? [...body] : body.map((chunk) => passed(watch, chunk))
    return Object.assign(chunks, hooks)
  }
  return Object.assign(Symbol.iterator in body ? new WatchedChunks(body, watch) : watchedStream(body, watch), hooks)
}

/** The hooks of a body inside, for a body that replaces it; absent ones stay absent. */
export function hooksOf(body: Body): BodyHooks {
  const hooks: BodyHooks = {}
  if (body.close !== undefined) hooks.close = () => body.close?.()
  if (body.trailers !== undefined) hooks.trailers = () => body.trailers?.() ?? []
  return hooks
}

/** Ends an iteration early, or a generator that was never begun: `return()` where there is one. */
export function returnEarly(iteration: unknown): unknown {
  const { return: finish } = iteration as { return?: unknown }
  return typeof finish === 'function' ? (finish.call(iteration) as unknown) : undefined
}

/** Closes a body that will not be sent: close() and then, where iteration never began, return(). */
export async function discardBody(body: Body): Promise<void> {
  await body.close?.()
  await returnEarly(body)
}

function watchedHooks(body: Body, watch: BodyWatch): BodyHooks {
  const hooks = hooksOf(body)
  if (watch.close === undefined) return hooks
  hooks.close = (): Awaitable<void> => {
    watch.close?.()
    return body.close?.()
  }
  return hooks
}

function passed(watch: BodyWatch, chunk: Bytes): Bytes {
  return watch.chunk === undefined ? chunk : watch.chunk(chunk)
}

class WatchedChunks implements IterableIterator<Bytes, undefined> {
  private readonly body: Iterable<Bytes>
  private readonly watch: BodyWatch
  private iterator: Iterator<Bytes> | undefined = undefined
  private failed = false

  constructor(body: Iterable<Bytes>, watch: BodyWatch) {
    this.body = body
    this.watch = watch
  }

  [Symbol.iterator](): this {
    return this
  }

  next(): IteratorResult<Bytes, undefined> {
    if (this.failed) return { done: true, value: undefined }
    try {
      this.iterator ??= this.body[Symbol.iterator]()
      const step = this.iterator.next()
      if (step.done === true) return { done: true, value: undefined }
      return { done: false, value: passed(this.watch, step.value) }
    } catch (error) {
      this.failed = true
      if (this.watch.failed === undefined) throw error
      return { done: false, value: this.watch.failed(error) }
    }
  }

  return(): IteratorResult<Bytes, undefined> {
    returnEarly(this.iterator ?? this.body)
    return { done: true, value: undefined }
  }
}

function watchedStream(body: Chunks, watch: BodyWatch): AsyncIterableIterator<Bytes, undefined> {
  return new WatchedStream(body as AsyncIterable<Bytes>, watch)
}

class WatchedStream implements AsyncIterableIterator<Bytes, undefined> {
  private readonly body: AsyncIterable<Bytes>
  private readonly watch: BodyWatch
  private iterator: AsyncIterator<Bytes> | undefined = undefined
  private failed = false

  constructor(body: AsyncIterable<Bytes>, watch: BodyWatch) {
    this.body = body
    this.watch = watch
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Bytes, undefined>> {
    if (this.failed) return { done: true, value: undefined }
    try {
      this.iterator ??= this.body[Symbol.asyncIterator]()
      const step = await this.iterator.next()
      if (step.done === true) return { done: true, value: undefined }
      return { done: false, value: passed(this.watch, step.value) }
    } catch (error) {
      this.failed = true
      if (this.watch.failed === undefined) throw error
      return { done: false, value: this.watch.failed(error) }
    }
  }

  async return(): Promise<IteratorResult<Bytes, undefined>> {
    await returnEarly(this.iterator ?? this.body)
    return { done: true, value: undefined }
  }
}
