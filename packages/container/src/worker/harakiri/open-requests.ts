/**
 * Requests that have no answer yet, in memory that the watchdog's thread can see while the event loop is blocked. Each
 * has a row; whoever answers it, the loop or the watchdog, takes it first, so that it is never answered twice:
 *
 *   free --begin--> open --loop: head--> answering --end--> free
 *                     \--watchdog: 504--> taken ------end--/
 */

/** Rows; requests beyond so many in flight are not seen by the watchdog. */
const rows = 1024

/** Bytes of `METHOD /path` kept. */
const textSize = 126

const states = { free: 0, open: 1, answering: 2, taken: 3 } as const

/** A row as the watchdog sees it. */
export interface OpenRequest {
  readonly row: number
  /** By the loop's `performance.timeOrigin` and `now()`, in milliseconds since 1970. */
  readonly started: number
  /** The client's socket; -1: it cannot be answered past the loop. */
  readonly fd: number
  readonly answered: boolean
  readonly request: string
}

export class OpenRequests {
  readonly memory: SharedArrayBuffer
  readonly #states: Int32Array
  readonly #fds: Int32Array
  readonly #started: Float64Array
  readonly #text: Buffer
  readonly #free: number[] = []

  /** The memory of another thread's, or one of its own. */
  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(rows * (16 + textSize + 2))) {
    this.memory = memory
    this.#started = new Float64Array(memory, 0, rows)
    this.#states = new Int32Array(memory, rows * 8, rows)
    this.#fds = new Int32Array(memory, rows * 12, rows)
    this.#text = Buffer.from(memory, rows * 16)
    for (let row = rows - 1; row >= 0; row -= 1) this.#free.push(row)
  }

  /** A request begins; returns its row, or -1 when all are taken. */
  begin(started: number, fd: number, request: string): number {
    const row = this.#free.pop() ?? -1
    if (row === -1) return row
    const at = row * (textSize + 2)
    this.#started[row] = started
    this.#fds[row] = fd
    this.#text.writeUInt16LE(this.#text.write(request, at + 2, textSize, 'latin1'), at)
    Atomics.store(this.#states, row, states.open)
    return row
  }

  /** The loop is about to answer; false: the watchdog has. */
  answering(row: number): boolean {
    return row === -1 || this.#take(row, states.answering)
  }

  /** The watchdog is about to answer; false: the loop has, or the request has ended. */
  take(row: number): boolean {
    return this.#take(row, states.taken)
  }

  /** Whether the watchdog has answered. */
  isTaken(row: number): boolean {
    return row !== -1 && Atomics.load(this.#states, row) === states.taken
  }

  end(row: number): void {
    if (row === -1) return
    Atomics.store(this.#states, row, states.free)
    this.#free.push(row)
  }

  /** Every request in flight, as seen by the other thread. */
  list(): readonly OpenRequest[] {
    const found: OpenRequest[] = []
    for (let row = 0; row < rows; row += 1) {
      const state = Atomics.load(this.#states, row)
      if (state === states.free) continue
      const at = row * (textSize + 2)
      const length = Math.min(textSize, this.#text.readUInt16LE(at))
      found.push({
        row,
        started: this.#started[row] ?? 0,
        fd: this.#fds[row] ?? -1,
        answered: state !== states.open,
        request: this.#text.toString('latin1', at + 2, at + 2 + length),
      })
    }
    return found
  }

  #take(row: number, state: number): boolean {
    return Atomics.compareExchange(this.#states, row, states.open, state) === states.open
  }
}
