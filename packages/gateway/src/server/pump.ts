/**
 * Draws chunks out of a body: the next is asked for only when the one before is on its way, and while the client is
 * slow not at all. Callbacks rather than an async function, so that a disconnect can end a pump whose generator sleeps.
 */
import { finished } from 'node:stream'
import type { Bytes, StreamingBody } from '../contract.ts'
import type { Reply } from './reply.ts'

/** A synchronous iterable; comes back only when it ended or the client is slow. */
export function pumpIterable(reply: Reply, iterator: Iterator<Bytes>): void {
  reply.iterator = iterator
  try {
    while (reply.phase !== 'done') {
      const step = advance(reply, iterator)
      if (reply.gone !== undefined) return reply.finish()
      if (step.done === true) return reply.complete()
      const wait = reply.deliver(step.value)
      if (reply.satisfied) return reply.complete()
      if (wait !== undefined) return void wait.then(() => pumpIterable(reply, iterator))
    }
  } catch (error) {
    reply.fail(error)
  }
}

function advance(reply: Reply, iterator: Iterator<Bytes>): IteratorResult<Bytes> {
  reply.running = true
  reply.iterator = null
  const step = iterator.next()
  reply.running = false
  if (step.done !== true) reply.iterator = iterator
  return step
}

/** An asynchronous iterable. */
export class AsyncPump {
  private readonly reply: Reply
  private readonly iterator: AsyncIterator<Bytes>

  constructor(reply: Reply, iterator: AsyncIterator<Bytes>) {
    this.reply = reply
    this.iterator = iterator
    reply.iterator = iterator
  }

  readonly next = (): void => {
    if (this.reply.phase === 'done') return
    try {
      Promise.resolve(this.iterator.next()).then(this.step, this.failed)
    } catch (error) {
      this.failed(error)
    }
  }

  private readonly step = (step: IteratorResult<Bytes>): void => {
    const { reply } = this
    if (reply.phase === 'done') return
    try {
      if (step.done === true) reply.iterator = null
      if (step.done === true) return reply.complete()
      const wait = reply.deliver(step.value)
      if (reply.satisfied) return reply.complete()
      if (wait === undefined) this.next()
      else void wait.then(this.next)
    } catch (error) {
      reply.fail(error)
    }
  }

  private readonly failed = (error: unknown): void => {
    if (this.reply.phase !== 'done') this.reply.iterator = null
    this.reply.fail(error)
  }
}

/** After a 101: the response ends when the application is done with the connection and the connection is closed. */
export function runStreaming(reply: Reply, body: StreamingBody): void {
  const stream = reply.upgrade()
  let working = true
  let open = true
  finished(stream, (error) => {
    open = false
    if (error && working && reply.gone === undefined) reply.gone = error
    if (!working && reply.phase !== 'done') reply.finish()
  })
  const settled = (): void => {
    working = false
    if (!open && reply.phase !== 'done') reply.finish()
  }
  const failed = (error: unknown): void => {
    working = false
    stream.destroy()
    reply.fail(error)
  }
  // An async function turns what a synchronous body throws into a rejection.
  const start = async (): Promise<void> => body(stream)
  start().then(settled, failed)
}
