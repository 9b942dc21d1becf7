/** What all the sample applications stream: numbered blocks, and a memory of how far each stream came. */
import { Readable } from 'node:stream'

export const blockSize: number = 64 * 1024
export const blocks = 400

/** Blocks made so far, and whether the stream has been closed before its end. */
export const progress: { made: number; closed: number } = { made: 0, closed: 0 }

/** 25 MB in blocks of 64 KiB, or blocks without end. */
export async function* blocksOf(count: number): AsyncGenerator<Uint8Array> {
  progress.made = 0
  let ended = false
  try {
    for (; progress.made < count; progress.made += 1) {
      yield new Uint8Array(blockSize).fill(progress.made % 256)
      await new Promise((resolve) => setImmediate(resolve))
    }
    ended = true
  } finally {
    if (!ended) progress.closed += 1
  }
}

/** As a Node stream, for frameworks that take one. */
export function nodeStream(count: number): Readable {
  return Readable.from(blocksOf(count), { objectMode: false, highWaterMark: blockSize })
}

/** As a web stream. */
export function webStream(count: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  return Readable.toWeb(nodeStream(count), { strategy: { highWaterMark: 1 } }) as ReadableStream<
    Uint8Array<ArrayBuffer>
  >
}
