/**
 * `limit_rate`: lets bytes through at so many a second. As in nginx, one second's worth goes at once, then as much as the
 * time since the first byte allows; what is beyond waits here, and whoever writes is asked to stop.
 */
export interface PacerOwner {
  /** So much may go. */
  onPaced(chunk: Buffer | string): void
  /** Nothing waits any more. */
  onPacerIdle(): void
}

/** The pace of one answer. */
export class Pacer {
  readonly #owner: PacerOwner
  /** Bytes per second. */
  readonly #rate: number
  readonly #startTime: number = Date.now()
  #waiting: (Buffer | string)[] = []
  /** Bytes that went, less those that are free of the limit. */
  #counted: number
  #timer: NodeJS.Timeout | undefined

  /** The first `after` bytes are not limited. */
  constructor(owner: PacerOwner, rate: number, after: number = 0) {
    this.#owner = owner
    this.#rate = rate
    this.#counted = -after
  }

  /** True while bytes wait. */
  get isHolding(): boolean {
    return this.#waiting.length > 0
  }

  /** Lets through what may go now and keeps the rest. */
  push(chunk: Buffer | string): void {
    if (chunk.length === 0) return
    this.#waiting.push(chunk)
    if (this.#timer === undefined) this.#release()
  }

  /** Forgets what waits. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#waiting = []
  }

  #release(): void {
    let room = this.#rate * (Math.floor((Date.now() - this.#startTime) / 1000) + 1) - this.#counted
    let sent = 0
    for (let chunk = this.#waiting[0]; chunk !== undefined && room > 0; chunk = this.#waiting[0]) {
      const piece = chunk.length <= room ? chunk : chunk.slice(0, room)
      if (piece.length === chunk.length) this.#waiting.shift()
      else this.#waiting[0] = chunk.slice(piece.length)
      room -= piece.length
      sent += piece.length
      this.#counted += piece.length
      this.#owner.onPaced(piece)
    }
    if (this.#waiting.length === 0) return
    const wait = room > 0 ? 0 : Math.ceil((Math.max(sent, 1) * 1000) / this.#rate)
    this.#timer = setTimeout(() => this.#wake(), Math.min(wait, 1000) + 1)
  }

  #wake(): void {
    this.#timer = undefined
    this.#release()
    if (!this.isHolding) this.#owner.onPacerIdle()
  }
}
