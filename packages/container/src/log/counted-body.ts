import type { Awaitable, Body, BodyHooks, Bytes, HeaderList } from '@trivet/gateway'

type Chunked = Exclude<Body, (...args: never[]) => unknown>

/** A body whose chunks are counted as they pass; its hooks and its early end reach the body inside. */
abstract class CountedBody<Step> implements BodyHooks {
  readonly #body: Chunked
  readonly trailers?: () => Awaitable<HeaderList>
  readonly #add: (bytes: number) => void

  constructor(body: Chunked, add: (bytes: number) => void) {
    this.#body = body
    this.#add = add
    if (body.trailers !== undefined) this.trailers = () => body.trailers?.() ?? []
  }

  /** Undefined until the first step, as the body inside must not be touched before. */
  protected abstract readonly iterator: { return?(): Step } | undefined

  close(): Awaitable<void> {
    return this.#body.close?.()
  }

  /** Ends it early. A generator that never ran is returned itself, which is harmless and frees it. */
  return(): Step {
    const unfinished = this.iterator ?? (this.#body as { return?: () => Step })
    return unfinished.return?.() ?? this.over()
  }

  /** The step of an iterator that has ended. */
  protected abstract over(): Step

  protected count(step: IteratorResult<Bytes>): IteratorResult<Bytes> {
    if (step.done !== true) this.#add(step.value.length)
    return step
  }
}

class SyncBody extends CountedBody<IteratorResult<Bytes>> {
  readonly #chunks: Iterable<Bytes>
  protected iterator: Iterator<Bytes> | undefined = undefined

  constructor(body: Iterable<Bytes> & BodyHooks, add: (bytes: number) => void) {
    super(body, add)
    this.#chunks = body
  }

  [Symbol.iterator](): this {
    return this
  }

  next(): IteratorResult<Bytes> {
    this.iterator ??= this.#chunks[Symbol.iterator]()
    return this.count(this.iterator.next())
  }

  protected over(): IteratorResult<Bytes> {
    return { done: true, value: undefined }
  }
}

class AsyncBody extends CountedBody<Promise<IteratorResult<Bytes>>> {
  readonly #chunks: AsyncIterable<Bytes>
  protected iterator: AsyncIterator<Bytes> | undefined = undefined

  constructor(body: AsyncIterable<Bytes> & BodyHooks, add: (bytes: number) => void) {
    super(body, add)
    this.#chunks = body
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  // Not a generator: one that waits for a chunk could not be told that the client has gone.
  next(): Promise<IteratorResult<Bytes>> {
    this.iterator ??= this.#chunks[Symbol.asyncIterator]()
    return this.iterator.next().then((step) => this.count(step))
  }

  protected over(): Promise<IteratorResult<Bytes>> {
    return Promise.resolve({ done: true, value: undefined })
  }
}

/** Calls `add` with the size of each chunk. An array is counted at once and stays the array it is. */
export function countBytes(body: Body, add: (bytes: number) => void): Body {
  if (Array.isArray(body)) {
    for (const chunk of body as readonly Bytes[]) add(chunk.length)
    return body
  }
  // What is not a body at all is for the server to refuse.
  if (typeof body !== 'object' || body === null) return body
  if (Symbol.iterator in body) return new SyncBody(body, add)
  if (Symbol.asyncIterator in body) return new AsyncBody(body, add)
  return body
}
