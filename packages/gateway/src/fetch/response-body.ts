import type { Body, Bytes } from '../contract.ts'
import { asError } from '../gateway-error.ts'
import { checkChunk } from '../server/bytes.ts'

/** Awaited, it lets the microtasks before it run. */
const microtask: Promise<void> = Promise.resolve()

type Reader = ReadableStreamDefaultReader<Bytes>
type Step = Awaited<ReturnType<Reader['read']>>

/**
 * The stream of a Response as a body. `new Response('text')` is a stream as well: when the end follows the first chunk
 * within two microtasks, as it does there, the body is an array, so that it leaves in one write with its length.
 */
export async function responseBody(stream: ReadableStream<Bytes>): Promise<Body> {
  const reader = stream.getReader()
  const first = await reader.read()
  if (first.done) return []
  const second = reader.read()
  let ended = false
  const look = (step: Step): void => {
    ended = step.done
  }
  // A failed read is told again, by the body's own next().
  second.then(look, () => {})
  await microtask
  await microtask
  if (!ended) return new StreamBody(reader, [Promise.resolve(first), second])
  checkChunk(first.value)
  return [first.value]
}

class StreamBody implements AsyncIterableIterator<Bytes, undefined> {
  private readonly reader: Reader
  private readonly ahead: Promise<Step>[]
  private ended = false

  constructor(reader: Reader, ahead: Promise<Step>[]) {
    this.reader = reader
    this.ahead = ahead
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Bytes, undefined>> {
    try {
      const step = await (this.ahead.shift() ?? this.reader.read())
      if (!step.done) return { done: false, value: step.value }
      this.ended = true
      return { done: true, value: undefined }
    } catch (error) {
      this.ended = true
      throw asError(error)
    }
  }

  /** Tells the handler that nobody takes the rest. */
  async close(): Promise<void> {
    if (this.ended) return
    this.ended = true
    await this.reader.cancel()
  }
}
