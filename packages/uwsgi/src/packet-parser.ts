/**
 * Reads requests off a uwsgi connection: `u8 modifier1, u16le size, u8 modifier2`, `size` bytes of vars, then
 * CONTENT_LENGTH bytes of body. Bytes in, events out; no I/O.
 *
 *     header --4 bytes--> vars --size bytes--> [packet] --> body --CONTENT_LENGTH bytes--> [end] --> over
 *       ^                                                   [data]*                                   |
 *       +---------------------------------------- startNext() ---------------------------------------+
 *
 * Stricter than uWSGI where its leniency lets two readers disagree: CONTENT_LENGTH takes digits only (uWSGI reads
 * `abc` as 0) and may not contradict itself. HTTP_TRANSFER_ENCODING is ignored beside a CONTENT_LENGTH (nginx sends
 * both for a chunked upload, having undone the chunks) and refused without one.
 */
import { UwsgiError } from './errors.ts'
import { isNonce, keepAliveVar } from './keepalive.ts'
import { defaultPacketLimits, type PacketLimits } from './limits.ts'
import { modifierNames, pingModifier, recognizeStranger } from './modifiers.ts'
import { Vars } from './vars.ts'

/** One request, without its body. */
export interface Packet {
  readonly modifier1: number
  readonly modifier2: number
  readonly vars: Vars
  /** Bytes of body that follow. */
  readonly contentLength: number
  /** The nonce of a client that offers to keep the connection. */
  readonly keepAlive: string | undefined
  /** Bytes of header and vars on the wire. */
  readonly byteLength: number
}

/** What `next()` found. */
export type PacketEvent = 'need-data' | 'packet' | 'data' | 'end' | 'paused'

const nothing = Buffer.alloc(0)
const noPacket: Packet = {
  modifier1: 0,
  modifier2: 0,
  vars: Vars.none,
  contentLength: 0,
  keepAlive: undefined,
  byteLength: 0,
}

/** A sans-I/O reader of uwsgi requests. */
export class PacketParser {
  /** Set by `'packet'`. */
  packet: Packet = noPacket
  /** Set by `'data'`: a view of what was pushed. */
  data: Uint8Array = nothing

  readonly #limits: PacketLimits
  #state: 'header' | 'vars' | 'body' | 'over' = 'header'
  #failure: unknown
  #input: Buffer = nothing
  #at = 0
  #modifier1 = 0
  #modifier2 = 0
  #size = 0
  /** The block of a packet that comes in several pieces, and how much of it is there. */
  #gathered: Buffer | undefined
  #filled = 0
  #bodyLeft = 0

  constructor(limits?: Partial<PacketLimits>) {
    this.#limits = limits === undefined ? defaultPacketLimits : { ...defaultPacketLimits, ...limits }
  }

  /** Takes bytes from the wire; they are kept, not copied, so the caller must not reuse them. */
  push(chunk: Uint8Array): void {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    this.#input = this.#at < this.#input.length ? Buffer.concat([this.#input.subarray(this.#at), bytes]) : bytes
    this.#at = 0
  }

  /** The next event; throws `UwsgiError` on a broken packet, and the same error on every later call. */
  next(): PacketEvent {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#state === 'over') return 'paused'
    if (this.#state === 'body') return this.#readBody()
    try {
      if (this.#state === 'header' && !this.#readHeader()) return 'need-data'
      return this.#readBlock()
    } catch (error) {
      this.#failure = error
      throw error
    }
  }

  /** After `'end'`: go on with the packet that follows. */
  startNext(): void {
    if (this.#state === 'over') this.#state = 'header'
  }

  /** The peer will send no more: throws `UwsgiError` when that cuts a packet or a body. */
  finish(): void {
    const missing = this.#bodyLeft - (this.#input.length - this.#at)
    if (this.#state === 'body' && missing > 0) {
      throw new UwsgiError('cut-body', `the body ends ${missing} bytes short of its CONTENT_LENGTH`)
    }
    if (this.#state === 'vars' || (this.#state === 'header' && this.#at < this.#input.length)) {
      throw new UwsgiError('cut-packet', 'the connection ends inside a packet')
    }
  }

  /** Between packets, with nothing buffered. */
  get idle(): boolean {
    return this.#state === 'header' && this.#at === this.#input.length
  }

  /** How many bytes are buffered that no event has reported. */
  get buffered(): number {
    return this.#input.length - this.#at
  }

  /** Takes the bytes that no event has reported. */
  remainder(): Uint8Array {
    const rest = this.#input.subarray(this.#at)
    this.#input = nothing
    this.#at = 0
    return rest
  }

  #readHeader(): boolean {
    const input = this.#input
    const at = this.#at
    if (input.length - at < 4) return false
    this.#modifier1 = input[at] ?? 0
    this.#size = input.readUInt16LE(at + 1)
    this.#modifier2 = input[at + 3] ?? 0
    this.#checkHeader(input, at)
    this.#at = at + 4
    this.#state = 'vars'
    return true
  }

  #checkHeader(input: Buffer, at: number): void {
    const { modifiers, bufferSize } = this.#limits
    const modifier = this.#modifier1
    const ping = modifier === pingModifier && this.#size === 0
    if (!ping && !modifiers.includes(modifier)) {
      const stranger = recognizeStranger(input.toString('latin1', at, at + 4))
      if (stranger !== undefined) {
        throw new UwsgiError(
          'http-request',
          `the peer speaks ${stranger} to a uwsgi socket (is this meant to be an HTTP port?)`,
        )
      }
      const name = modifierNames.get(modifier)
      throw new UwsgiError(
        'unknown-modifier',
        `modifier ${modifier}${name === undefined ? '' : ` (${name})`} is not served here`,
      )
    }
    if (this.#size > bufferSize) {
      throw new UwsgiError('vars-too-large', `${this.#size} bytes of vars where \`bufferSize\` allows ${bufferSize}`)
    }
  }

  #readBlock(): PacketEvent {
    const block = this.#takeBlock()
    if (block === undefined) return 'need-data'
    const packet = this.#readPacket(new Vars(block, this.#limits.maxVars))
    this.packet = packet
    this.#bodyLeft = packet.contentLength
    this.#state = 'body'
    return 'packet'
  }

  /** The vars block as a string, once all of it is there. */
  #takeBlock(): string | undefined {
    const input = this.#input
    const start = this.#at
    const size = this.#size
    if (this.#gathered === undefined) {
      const end = start + size
      if (end <= input.length) {
        this.#at = end
        return input.toString('latin1', start, end)
      }
      this.#gathered = Buffer.allocUnsafe(size)
      this.#filled = 0
    }
    const copied = input.copy(this.#gathered, this.#filled, start)
    this.#at = start + copied
    this.#filled += copied
    if (this.#filled < size) return undefined
    const block = this.#gathered.toString('latin1')
    this.#gathered = undefined
    return block
  }

  #readPacket(vars: Vars): Packet {
    let length: string | undefined
    let coded = false
    let keepAlive: string | undefined
    for (let i = 0; i < vars.size; i++) {
      if (vars.is(i, 'CONTENT_LENGTH')) {
        const value = vars.value(i)
        if (length !== undefined && length !== value) {
          throw new UwsgiError('bad-content-length', `two CONTENT_LENGTHs: ${quote(length)} and ${quote(value)}`)
        }
        length = value
      } else if (vars.is(i, 'HTTP_TRANSFER_ENCODING')) coded = true
      else if (vars.is(i, keepAliveVar)) keepAlive = vars.value(i)
    }
    return {
      modifier1: this.#modifier1,
      modifier2: this.#modifier2,
      vars,
      contentLength: this.#bodySize(length, coded),
      keepAlive: keepAlive !== undefined && isNonce(keepAlive) ? keepAlive : undefined,
      byteLength: 4 + this.#size,
    }
  }

  #bodySize(length: string | undefined, coded: boolean): number {
    if (length === undefined || length === '') {
      if (!coded) return 0
      throw new UwsgiError(
        'length-required',
        'HTTP_TRANSFER_ENCODING without a CONTENT_LENGTH: where the body ends is unknown',
      )
    }
    if (!/^\d{1,15}$/.test(length)) throw new UwsgiError('bad-content-length', `CONTENT_LENGTH is ${quote(length)}`)
    const size = Number(length)
    if (size > this.#limits.maxBody) {
      throw new UwsgiError('body-too-large', `a body of ${size} bytes where \`maxBody\` allows ${this.#limits.maxBody}`)
    }
    return size
  }

  #readBody(): PacketEvent {
    if (this.#bodyLeft === 0) {
      this.#state = 'over'
      return 'end'
    }
    const available = this.#input.length - this.#at
    if (available === 0) return 'need-data'
    const size = Math.min(available, this.#bodyLeft)
    this.data = this.#input.subarray(this.#at, this.#at + size)
    this.#at += size
    this.#bodyLeft -= size
    return 'data'
  }
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text)
}
