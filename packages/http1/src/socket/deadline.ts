import type { Socket } from 'node:net'

const never = Number.POSITIVE_INFINITY

/** Node's types do not list it. */
interface WithHandle {
  readonly _handle?: { readonly writeQueueSize?: number } | null
}

/**
 * Bytes the kernel has not taken yet. One large write makes no event before its end, so that a slow but living peer
 * shows here alone; Node's own socket timeout looks at the same field.
 */
function queuedBytes(socket: Socket): number {
  return (socket as WithHandle)._handle?.writeQueueSize ?? 0
}

/** When a connection's peer must have done something; looked at by one timer for all connections. */
export class Deadline {
  readonly #socket: Socket
  #at: number
  #extension = 0
  #queued = 0

  constructor(socket: Socket, at: number) {
    this.#socket = socket
    this.#at = at
  }

  get isSet(): boolean {
    return this.#at !== never
  }

  set(at: number): void {
    this.#at = at
    this.#extension = 0
  }

  clear(): void {
    this.set(never)
  }

  /** For the peer to take what is queued: put off by `timeout` each time that it took some. */
  setSending(now: number, timeout: number): void {
    this.#at = now + timeout
    this.#extension = timeout
    this.#queued = queuedBytes(this.#socket)
  }

  passed(now: number): boolean {
    if (now < this.#at) return false
    if (this.#extension === 0) return true
    const before = this.#queued
    this.setSending(now, this.#extension)
    return this.#queued === before
  }
}
