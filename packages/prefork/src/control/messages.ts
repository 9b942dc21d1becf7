import { PreforkError } from '../error.ts'
import type { Address } from '../address.ts'
import { LineBuffer } from './line-buffer.ts'

// The worker contract's messages: one JSON object with a `type` per line, in both directions. WORKER.md is the
// specification; other types than these pass through to the applications on either side.

/** The contract's version. A master refuses a worker of another one. */
export const protocolVersion = 1

/** Longest line from a worker: a traceback and a description fit many times. */
export const maxWorkerLine: number = 1024 * 1024

/** Longest line from the master: `start` may carry a whole configuration. */
export const maxMasterLine: number = 16 * 1024 * 1024

/** What is sent: a `type`, and whatever else can be JSON. */
export interface Message {
  readonly type: string
  readonly [member: string]: unknown
}

/** The answer to a worker's `hello`. */
export interface Start extends Message {
  readonly type: 'start'
  readonly version: number
  readonly slot: number
  readonly generation: number
  readonly listeners: readonly { readonly fd: number; readonly address: Address; readonly backlog: number }[]
  /** Milliseconds a draining worker has before it is killed; null: no limit. */
  readonly drainTimeout: number | null
  /** Where the worker's record on the scoreboard is: the file, the record's offset in bytes, and its cores. */
  readonly scoreboard?: { readonly path: string; readonly offset: number; readonly cores: number }
  /** `zygote`: load the application, say `loaded`, and fork when told to. */
  readonly role?: 'zygote'
  readonly payload: unknown
}

export function encodeMessage(message: object): string {
  return `${JSON.stringify(message)}\n`
}

/** Reads messages from one side's stream; throws PreforkError `protocol` for what is not one. */
export class MessageReader {
  readonly #lines = new LineBuffer()
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Lazy, so that the messages before a bad one still arrive. */
  *push(chunk: string): Generator<Message> {
    for (const line of this.#lines.push(chunk)) {
      if (line.length > this.#limit) throw this.#tooLong()
      if (line.trim() !== '') yield decodeMessage(line)
    }
    if (this.#lines.pending > this.#limit) throw this.#tooLong()
  }

  #tooLong(): PreforkError {
    return new PreforkError('protocol', `a control message is longer than ${this.#limit} characters`)
  }
}

function decodeMessage(line: string): Message {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new PreforkError('protocol', `a control message is not JSON: ${line.slice(0, 80)}`, { cause })
  }
  if (typeof value !== 'object' || value === null || !('type' in value) || typeof value.type !== 'string') {
    throw new PreforkError('protocol', `a control message has no \`type\`: ${line.slice(0, 80)}`)
  }
  return value as Message
}

/** The member when it is a string. */
export function text(message: Message, member: string): string | undefined {
  const value = message[member]
  return typeof value === 'string' ? value : undefined
}
