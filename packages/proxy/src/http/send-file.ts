/** Sends a file, or parts of it: small ones in the same write as the head, others piece by piece as the client takes them. */
import { close, closeSync, read, readSync } from 'node:fs'
import type { Activity } from './activity.ts'
import { firstPiece } from './client-wire.ts'
import type { CachedFile } from './file-cache.ts'
import type { FileRange } from './ranges.ts'
import type { Request } from './request.ts'

/** Up to this many bytes a file is read at once, without going through the thread pool. */
const smallFile = 64 * 1024
/** A client that takes each piece at once gets larger ones, up to here: a slow one still takes one within `send_timeout`. */
const largestPiece = 512 * 1024

/** Sends an open file, whose head has been sent, and closes it. */
export function sendFile(request: Request, fd: number, size: number): void {
  const ranges = rangesOf(request, size)
  if (request.headOnly) {
    closeSync(fd)
    request.end()
  } else if (lengthOf(ranges) > smallFile) new FileSender(request, new OpenFile(fd), ranges).start()
  else sendSmall(request, fd, ranges)
}

/** Sends a file that is in memory, whose head has been sent. */
export function sendCached(request: Request, file: CachedFile): void {
  const ranges = rangesOf(request, file.content.length)
  if (request.headOnly) request.end()
  else if (lengthOf(ranges) > smallFile) new FileSender(request, new KeptFile(file), ranges).start()
  else {
    for (const { start, end, prefix } of ranges) {
      if (prefix !== undefined) request.write(prefix)
      request.write(partOf(file.content, start, end))
    }
    request.end()
  }
}

function partOf(content: Buffer | string, start: number, end: number): Buffer | string {
  if (end - start === content.length) return content
  return typeof content === 'string' ? content.slice(start, end) : content.subarray(start, end)
}

function rangesOf(request: Request, size: number): readonly FileRange[] {
  return request.ranges ?? [{ start: 0, end: size }]
}

function lengthOf(ranges: readonly FileRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0)
}

function sendSmall(request: Request, fd: number, ranges: readonly FileRange[]): void {
  let isCut = false
  try {
    for (const { start, end, prefix } of ranges) {
      if (prefix !== undefined) request.write(prefix)
      const piece = Buffer.allocUnsafe(end - start)
      const length = end === start ? 0 : readSync(fd, piece, 0, piece.length, start)
      request.write(length === piece.length ? piece : piece.subarray(0, length))
      isCut ||= length < piece.length
    }
  } finally {
    closeSync(fd)
  }
  finish(request, isCut)
}

function finish(request: Request, isCut: boolean): void {
  if (!isCut) {
    request.end()
    return
  }
  request.log('alert', `file "${request.uri}" became shorter while it was sent`)
  request.abort()
}

/** Where the bytes of a large file come from. */
interface FileSource {
  /** Calls `then` with bytes from `start` on, at most up to `end`, or with why there are none; at once if it can. */
  read(start: number, end: number, then: (error: Error | null, piece: Buffer | string) => void): void
  /** Called once, never while reading. */
  close(): void
}

class OpenFile implements FileSource {
  readonly #fd: number

  constructor(fd: number) {
    this.#fd = fd
  }

  read(start: number, end: number, then: (error: Error | null, piece: Buffer | string) => void): void {
    read(this.#fd, Buffer.allocUnsafe(end - start), 0, end - start, start, (error, length, piece) =>
      then(error, length === end - start ? piece : piece.subarray(0, length)),
    )
  }

  close(): void {
    close(this.#fd, () => {
      // Nothing depends on how closing a file that was only read went.
    })
  }
}

class KeptFile implements FileSource {
  readonly #file: CachedFile

  constructor(file: CachedFile) {
    this.#file = file
    file.users += 1
  }

  read(start: number, end: number, then: (error: Error | null, piece: Buffer | string) => void): void {
    then(null, partOf(this.#file.content, start, end))
  }

  close(): void {
    this.#file.users -= 1
  }
}

/** A large file on its way. */
class FileSender implements Activity {
  readonly #request: Request
  readonly #source: FileSource
  readonly #ranges: readonly FileRange[]
  #index = 0
  #at = 0
  #pieceSize: number
  #isReading = false
  #isOver = false

  constructor(request: Request, source: FileSource, ranges: readonly FileRange[]) {
    this.#request = request
    this.#source = source
    this.#ranges = ranges
    this.#at = ranges[0]?.start ?? 0
    this.#pieceSize = request.connection.pieceSize
  }

  start(): void {
    this.#request.activity = this
    const prefix = this.#ranges[0]?.prefix
    if (prefix !== undefined) this.#request.write(prefix)
    this.#next()
  }

  onDrain(): void {
    const { connection } = this.#request
    this.#pieceSize = connection.isBehind ? firstPiece : Math.min(this.#pieceSize * 2, largestPiece)
    connection.pieceSize = this.#pieceSize
    this.#next()
  }

  onFinish(): void {
    this.#isOver = true
    if (!this.#isReading) this.#source.close()
  }

  onAbort(): void {
    this.#request.abort()
  }

  #next(): void {
    if (this.#isReading || this.#isOver) return
    for (;;) {
      const range = this.#ranges[this.#index]
      if (range === undefined) {
        this.#request.end()
        return
      }
      if (this.#at < range.end) {
        this.#read(range.end)
        return
      }
      this.#index++
      const following = this.#ranges[this.#index]
      this.#at = following?.start ?? 0
      if (following?.prefix !== undefined) this.#request.write(following.prefix)
    }
  }

  #read(end: number): void {
    this.#isReading = true
    this.#source.read(this.#at, Math.min(this.#at + this.#pieceSize, end), (error, piece) => {
      this.#isReading = false
      if (this.#isOver) this.#source.close()
      else if (error !== null || piece.length === 0) this.#broken(error)
      else {
        this.#at += piece.length
        if (this.#request.write(piece)) this.#next()
      }
    })
  }

  #broken(error: Error | null): void {
    this.#request.log('crit', `read() "${this.#request.uri}" failed (${error?.message ?? 'the file became shorter'})`)
    this.#request.abort()
  }
}
