import { read } from 'node:fs'
import { promisify } from 'node:util'
import type { Bytes, FileLike } from '../contract.ts'

const readFile = promisify(read)

/**
 * `tsgi.file_wrapper`: an open file as a body, from its offset (the file's current position when there is none) to its
 * length or end, in blocks. Closes the file when the body is closed.
 */
export function fileWrapper(
  file: FileLike,
  blockSize: number = 64 * 1024,
): AsyncIterable<Bytes> & { close(): unknown } {
  return { [Symbol.asyncIterator]: () => blocks(file, blockSize), close: () => file.close() }
}

async function* blocks({ fd, offset, length }: FileLike, blockSize: number): AsyncGenerator<Bytes, undefined> {
  let position = offset ?? null
  let left = length ?? Number.POSITIVE_INFINITY
  while (left > 0) {
    const block = Buffer.allocUnsafe(Math.min(blockSize, left))
    const { bytesRead } = await readFile(fd, block, 0, block.length, position)
    if (bytesRead === 0) return undefined
    if (position !== null) position += bytesRead
    left -= bytesRead
    yield bytesRead === block.length ? block : block.subarray(0, bytesRead)
  }
  return undefined
}
