/** Sends a file, or parts of it: small ones in the same write as the head, others piece by piece as the client takes them. */
import { close, closeSync, read, readSync } from 'node:fs'
import type { FileRange } from './ranges.ts'
import type { Activity, Request } from './request.ts'

/** Up to this many bytes a file is read at once, without going through the thread pool. */
const smallFile = 64 * 1024
const pieceSize = 64 * 1024

/** Sends an open file, whose head has been sent, and closes it. */
export function sendFile(request: Request, fd: number, size: number): void {
  const ranges = request.ranges ?? [{ start: 0, end: size }]
  const total = ranges.reduce((sum, { start, end }) => sum + end - start, 0)
  if (request.headOnly) {
    closeSync(fd)
    request.end()
  } else if (total > smallFile) new FileSender(request, fd, ranges).start()
  else sendSmall(request, fd, ranges)
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

/** A large file on its way. */
class FileSender implements Activity {
  readonly #request: Request
  readonly #fd: number
  readonly #ranges: readonly FileRange[]
  #index = 0
  #at = 0
  #isReading = false
  #isOver = false

  constructor(request: Request, fd: number, ranges: readonly FileRange[]) {
    this.#request = request
    this.#fd = fd
    this.#ranges = ranges
    this.#at = ranges[0]?.start ?? 0
  }

  start(): void {
    this.#request.activity = this
    const prefix = this.#ranges[0]?.prefix
    if (prefix !== undefined) this.#request.write(prefix)
    this.#next()
  }

  onDrain(): void {
    this.#next()
  }

  onFinish(): void {
    this.#isOver = true
    if (!this.#isReading) this.#close()
  }

  onAbort(): void {
    this.#request.abort()
  }

  #close(): void {
    close(this.#fd, () => {
      // Nothing depends on how closing a file that was only read went.
    })
  }

  #next(): void {
    if (this.#isReading || this.#isOver) return
    for (;;) {
      const range = this.#ranges[this.#index]
      if (range === undefined) {
        this.#request.end()
        return
      }
      if (this.#at < range.end) break
      this.#index++
      const following = this.#ranges[this.#index]
      this.#at = following?.start ?? 0
      if (following?.prefix !== undefined) this.#request.write(following.prefix)
    }
    this.#read()
  }

  #read(): void {
    const end = this.#ranges[this.#index]?.end ?? 0
    const piece = Buffer.allocUnsafe(Math.min(pieceSize, end - this.#at))
    this.#isReading = true
    read(this.#fd, piece, 0, piece.length, this.#at, (error, length) => {
      this.#isReading = false
      if (this.#isOver) {
        this.#close()
        return
      }
      if (error !== null || length === 0) {
        this.#request.log(
          'crit',
          `read() "${this.#request.uri}" failed (${error?.message ?? 'the file became shorter'})`,
        )
        this.#request.abort()
        return
      }
      this.#at += length
      if (this.#request.write(length === piece.length ? piece : piece.subarray(0, length))) this.#next()
    })
  }
}
