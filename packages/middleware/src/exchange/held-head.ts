/**
 * A response whose head waits for the body: some middleware can decide only when both are known. PEP 3333 lets the head
 * go no earlier than the first non-empty chunk, write() or the end, and so the head is held until then.
 *
 *   held --array returned--> released(whole) --.
 *     \---first bytes, write() or the end--> released --> sent through a transform, chunk by chunk
 *
 * An array is decided upon at once and stays an array; nothing else is ever gathered.
 */
import { GatewayError } from '@trivet/gateway'
import type { Application, Awaitable, Body, Bytes, Environ, HeaderList, StartResponse, Write } from '@trivet/gateway'
import { discardBody, hooksOf, returnEarly } from './watched-body.ts'

/** Changes a body on its way out: a chunk for a chunk, and what is left at the end. */
export interface Transform {
  push(chunk: Bytes): Awaitable<Bytes>
  end(): Awaitable<Bytes>
  /** Frees what it holds; called once, also on disconnect. */
  close(): void
}

/** A response as it leaves. */
export interface Decision {
  readonly status: string
  readonly headers: HeaderList
  /** In place of the array that the decision was given. */
  readonly whole?: readonly Bytes[]
  /** For a body that was not given whole. */
  readonly transform?: Transform
}

/** Called once, with the head and, when the body is an array, the body. */
export type Decide = (status: string, headers: HeaderList, whole: readonly Bytes[] | undefined) => Awaitable<Decision>

/** Runs an application with its head held until `decide` has seen it. */
export function withHeldHead(
  application: Application,
  environ: Environ,
  startResponse: StartResponse,
  decide: Decide,
): Awaitable<Body> {
  const held = new HeldHead(startResponse, decide)
  const body = application(environ, held.startResponse)
  return body instanceof Promise ? body.then((value) => held.take(value)) : held.take(body)
}

class HeldHead {
  private readonly outer: StartResponse
  private readonly decide: Decide
  private head: { status: string; headers: HeaderList; error: Error | null | undefined } | undefined = undefined
  private released: Awaitable<Write> | undefined = undefined
  private transform: Transform | undefined = undefined
  /** The writes and chunks of one response leave in the order in which they came. */
  private turn: Promise<unknown> | undefined = undefined

  constructor(outer: StartResponse, decide: Decide) {
    this.outer = outer
    this.decide = decide
  }

  readonly startResponse: StartResponse = (status, headers, excInfo) => {
    if (this.released !== undefined) return this.outer(status, headers, excInfo)
    if (this.head !== undefined && !excInfo) {
      throw new GatewayError('start-response-twice', 'startResponse called again without excInfo')
    }
    this.head = { status, headers, error: excInfo }
    return (chunk) => this.write(chunk)
  }

  /** The body that the application returned; what is refused is closed, since the server never sees it. */
  take(body: Body): Awaitable<Body> {
    const refused = async (error: unknown): Promise<never> => {
      await discardBody(body)
      throw error
    }
    try {
      const accepted = this.accept(body)
      return accepted instanceof Promise ? accepted.catch(refused) : accepted
    } catch (error) {
      return refused(error)
    }
  }

  private accept(body: Body): Awaitable<Body> {
    if (typeof body === 'function') return after(this.release(undefined), () => body)
    if (!Array.isArray(body) || this.head === undefined || this.released !== undefined) {
      return Object.assign(new HeldBody(this, body), { ...hooksOf(body), close: () => this.close(body) })
    }
    const decided = this.decide(this.head.status, this.head.headers, body)
    return after(decided, ({ status, headers, whole }) => {
      this.released = this.outer(status, headers, this.head?.error)
      return whole === undefined ? body : Object.assign([...whole], hooksOf(body))
    })
  }

  /** The bytes that leave for a chunk of the body. */
  async pass(chunk: Bytes): Promise<Bytes> {
    if (chunk.length === 0 && this.released === undefined) return chunk
    await this.release(undefined)
    return this.inTurn(() => this.transform?.push(chunk) ?? chunk)
  }

  /** The bytes that leave after the last chunk. */
  async finish(): Promise<Bytes | undefined> {
    if (this.head === undefined) return undefined
    await this.release(undefined)
    return this.inTurn(() => this.transform?.end())
  }

  private async write(chunk: Bytes): Promise<void> {
    const send = await this.release(undefined)
    await this.inTurn(async () => send?.((await this.transform?.push(chunk)) ?? chunk))
  }

  private release(whole: readonly Bytes[] | undefined): Awaitable<Write> | undefined {
    const { head } = this
    if (this.released !== undefined || head === undefined) return this.released
    this.released = after(this.decide(head.status, head.headers, whole), ({ status, headers, transform }) => {
      this.transform = transform
      return this.outer(status, headers, head.error)
    })
    return this.released
  }

  private inTurn<Value>(step: () => Awaitable<Value>): Promise<Value> {
    const before = this.turn ?? Promise.resolve()
    const mine = before.then(step)
    this.turn = mine.catch(() => {})
    return mine
  }

  private close(body: Body): Awaitable<void> {
    this.transform?.close()
    return body.close?.()
  }
}

class HeldBody implements AsyncIterableIterator<Bytes, undefined> {
  private readonly held: HeldHead
  private readonly body: Iterable<Bytes> | AsyncIterable<Bytes>
  private iterator: Iterator<Bytes> | AsyncIterator<Bytes> | undefined = undefined
  private ended = false

  constructor(held: HeldHead, body: Iterable<Bytes> | AsyncIterable<Bytes>) {
    this.held = held
    this.body = body
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Bytes, undefined>> {
    if (this.ended) return { done: true, value: undefined }
    this.iterator ??= iteratorOf(this.body)
    const step = await this.iterator.next()
    if (step.done !== true) return { done: false, value: await this.held.pass(step.value) }
    this.ended = true
    const rest = await this.held.finish()
    return rest === undefined || rest.length === 0 ? { done: true, value: undefined } : { done: false, value: rest }
  }

  async return(): Promise<IteratorResult<Bytes, undefined>> {
    await returnEarly(this.iterator ?? this.body)
    return { done: true, value: undefined }
  }
}

function iteratorOf(body: Iterable<Bytes> | AsyncIterable<Bytes>): Iterator<Bytes> | AsyncIterator<Bytes> {
  return Symbol.iterator in body ? body[Symbol.iterator]() : body[Symbol.asyncIterator]()
}

function after<From, To>(value: Awaitable<From>, then: (value: From) => Awaitable<To>): Awaitable<To> {
  return value instanceof Promise ? value.then(then) : then(value)
}
