import type { Bytes } from '../contract.ts'
import { asError } from '../gateway-error.ts'
import { InputQueue } from './input-queue.ts'

/** A `tsgi.input` over any asynchronous iterable of bytes, read from the first read on and only as fast as it is used. */
export function pulledInput(chunks: AsyncIterable<Bytes>): InputQueue {
  const iterator = chunks[Symbol.asyncIterator]()
  let flowing = true
  let pulling = false
  const pull = (): void => {
    pulling = true
    void iterator.next().then(
      (step) => {
        pulling = false
        if (step.done === true) return queue.end()
        queue.push(step.value)
        if (flowing && !pulling) pull()
      },
      (error: unknown) => queue.fail(asError(error)),
    )
  }
  const resume = (): void => {
    flowing = true
    if (!pulling) pull()
  }
  const pause = (): void => {
    flowing = false
  }
  const queue = new InputQueue({ pause, resume, wanted: resume })
  return queue
}
