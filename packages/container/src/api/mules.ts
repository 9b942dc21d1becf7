/** Messages to mules: each has a queue, and there is one for whoever is free. Both are bounded; a full one takes no more. */
import { bytes, wholeNumber, type Call, type Caller } from './caller.ts'
import { apiLimits } from './limits.ts'
import { ApiError } from './value.ts'

interface Waiting {
  readonly caller: Caller
  readonly take: (message: Uint8Array | null) => void
}

export class Mules {
  readonly #count: number
  readonly #size: number
  /** By number; 0 is for any of them. */
  readonly #queues: readonly Uint8Array[][]
  readonly #waiting = new Set<Waiting>()

  /** `size`: most bytes of a message. */
  constructor(count: number, size: number) {
    this.#count = count
    this.#size = size
    this.#queues = Array.from({ length: count + 1 }, () => [])
  }

  readonly calls: Readonly<Record<string, Call>> = {
    mule_msg: (_, [message, number]) => this.#send(bytes(message, 'the message'), number === null ? 0 : number),
    mule_get_msg: (caller, [seconds]) => this.#receive(caller, typeof seconds === 'number' ? seconds : -1),
  }

  #send(message: Uint8Array, number: unknown): boolean {
    if (this.#count === 0) throw new ApiError('unavailable', 'there are no mules: set `mule` or `mules`')
    if (message.length > this.#size)
      throw new ApiError('value', `a message of ${message.length} bytes where \`mule-msg-size\` allows ${this.#size}`)
    const mule = wholeNumber(typeof number === 'number' ? number : 0, 'the number of the mule', 0, this.#count)
    const free = [...this.#waiting].find(({ caller }) => mule === 0 || caller.number === mule)
    if (free !== undefined) {
      this.#waiting.delete(free)
      free.take(message)
      return true
    }
    const queue = this.#queues[mule]
    if (queue === undefined || queue.length >= apiLimits.messages) return false
    queue.push(message)
    return true
  }

  /** Null when none came in time; a time below 0 is for ever. */
  #receive(caller: Caller, seconds: number): Uint8Array | null | Promise<Uint8Array | null> {
    if (caller.role !== 'mule') throw new ApiError('value', 'only a mule can get messages')
    const message = this.#queues[caller.number]?.shift() ?? this.#queues[0]?.shift()
    if (message !== undefined) return message
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined
      const waiting: Waiting = {
        caller,
        take: (taken) => {
          clearTimeout(timer)
          forget()
          resolve(taken)
        },
      }
      const giveUp = (): void => {
        if (this.#waiting.delete(waiting)) waiting.take(null)
      }
      const forget = caller.onGone(giveUp)
      this.#waiting.add(waiting)
      if (seconds >= 0) timer = setTimeout(giveUp, Math.min(seconds * 1000, 2 ** 31 - 1))
    })
  }
}
