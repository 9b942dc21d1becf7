import type { Bytes, Input } from '../contract.ts'

const none: Bytes = new Uint8Array(0)
const done: IteratorResult<Bytes, undefined> = { done: true, value: undefined }

/** The `tsgi.input` of every request without a body. */
export const emptyInput: Input = {
  buffered: none,
  read: () => Promise.resolve(none),
  readline: () => Promise.resolve(none),
  readlines: () => Promise.resolve([]),
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(done) }),
}
