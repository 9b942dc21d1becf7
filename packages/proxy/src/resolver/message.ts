/**
 * DNS messages (RFC 1035) as far as a proxy needs them: the question for the addresses of a name, and its answer. Pure: bytes
 * in, values out. Owners of records are not compared with the question, as nginx does not: a name server that wants to lie can.
 */

/** What is asked for: addresses of IPv4 or IPv6. */
export type AddressType = 'A' | 'AAAA'

const numbers: Readonly<Record<AddressType, number>> = { A: 1, AAAA: 28 }
const cnameNumber = 5
const dnameNumber = 39
const internetClass = 1
const headerSize = 12
const longestLabel = 63
/** Of a name as text; with its length bytes two more than RFC 1035 has, as nginx takes it. */
const longestName = 255
/** Compression pointers that one name may follow: more are a loop. */
const mostPointers = 64

/** An answer. */
export interface DnsAnswer {
  readonly id: number
  readonly isTruncated: boolean
  /** RCODE, 0 when all is well. */
  readonly code: number
  /** The question it answers, in lower case; undefined when the server left it out (it may, when it found it malformed). */
  readonly question: { readonly name: string; readonly type: number } | undefined
  readonly addresses: readonly string[]
  /** The name that the name asked for stands for, when there is one. */
  readonly alias: string | undefined
  /** Seconds, the least of all records. */
  readonly ttl: number
}

/** The question for the addresses of a name; undefined when no server can be asked for such a name. */
export function encodeQuestion(id: number, name: string, type: AddressType): Buffer | undefined {
  const labels = name.split('.')
  if (name.length > longestName || labels.some(({ length }) => length === 0 || length > longestLabel)) return undefined
  const message = Buffer.alloc(headerSize + name.length + 2 + 4)
  message.writeUInt16BE(id, 0)
  // Recursion is desired; there is one question.
  message[2] = 1
  message[5] = 1
  let at = headerSize
  for (const label of labels) {
    message[at] = label.length
    at += 1 + message.write(label, at + 1, 'latin1')
  }
  message.writeUInt16BE(numbers[type], at + 1)
  message.writeUInt16BE(internetClass, at + 3)
  return message
}

/** Whether an answer is the one to a question. */
export function answersQuestion(answer: DnsAnswer, id: number, name: string, type: AddressType): boolean {
  if (answer.id !== id) return false
  const { question } = answer
  return question === undefined ? answer.code !== 0 : question.name === name && question.type === numbers[type]
}

/** Reads an answer; throws a SyntaxError for what is none. */
export function decodeAnswer(message: Uint8Array): DnsAnswer {
  const reader = new Reader(message)
  const id = reader.uint16()
  const flags = reader.uint16()
  // A response to a standard query, and nothing in the reserved bits.
  if ((flags & 0xf840) !== 0x8000) throw new SyntaxError('not an answer to a standard query')
  const questions = reader.uint16()
  const records = reader.uint16()
  reader.skip(4)
  const head = { id, isTruncated: (flags & 0x0200) !== 0, code: flags & 15 }
  if (questions > 1 || (questions === 0 && head.code === 0))
    throw new SyntaxError('an answer with more or less than one question')
  const question = questions === 0 ? undefined : { name: reader.name().toLowerCase(), type: reader.uint16() }
  if (question !== undefined && reader.uint16() !== internetClass) throw new SyntaxError('not of the internet')
  const nothing = { addresses: [], alias: undefined, ttl: 0 }
  if (head.code !== 0 || head.isTruncated || question === undefined) return { ...head, question, ...nothing }
  return { ...head, question, ...readRecords(reader, records, question.type) }
}

function readRecords(reader: Reader, count: number, type: number): Pick<DnsAnswer, 'addresses' | 'alias' | 'ttl'> {
  const addresses: string[] = []
  let alias: string | undefined
  let ttl = 0xff_ff_ff_ff
  for (let i = 0; i < count; i++) {
    reader.name()
    const kind = reader.uint16()
    const isInternet = reader.uint16() === internetClass
    // RFC 2181 section 8: a time with its highest bit set is none.
    const time = reader.uint32() | 0
    const length = reader.uint16()
    const end = reader.at + length
    if (isInternet && (kind === type || kind === cnameNumber || kind === dnameNumber)) {
      if (kind === type) addresses.push(readAddress(reader, type, length))
      else if (kind === cnameNumber) alias = reader.name()
      ttl = Math.min(ttl, Math.max(0, time))
    }
    if (reader.at > end) throw new SyntaxError('a record longer than it says')
    reader.skip(end - reader.at)
  }
  return { addresses, alias, ttl: addresses.length === 0 && alias === undefined ? 0 : ttl }
}

function readAddress(reader: Reader, type: number, length: number): string {
  if (length !== (type === numbers.A ? 4 : 16)) throw new SyntaxError('an address of another length')
  if (type === numbers.A) return Array.from({ length: 4 }, () => reader.byte()).join('.')
  return Array.from({ length: 8 }, () => reader.uint16().toString(16)).join(':')
}

class Reader {
  at = 0
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  byte(): number {
    const byte = this.#bytes[this.at]
    if (byte === undefined) throw new SyntaxError('a message that is cut short')
    this.at++
    return byte
  }

  uint16(): number {
    return this.byte() * 256 + this.byte()
  }

  uint32(): number {
    return this.uint16() * 65_536 + this.uint16()
  }

  skip(count: number): void {
    if (this.at + count > this.#bytes.length) throw new SyntaxError('a message that is cut short')
    this.at += count
  }

  /** A name, its compression resolved. */
  name(): string {
    const labels: string[] = []
    let behind: number | undefined
    for (let pointers = 0, size = 0; ;) {
      const length = this.byte()
      if (length === 0) break
      if ((length & 0xc0) === 0xc0) {
        const target = (length & 0x3f) * 256 + this.byte()
        behind ??= this.at
        if (++pointers > mostPointers) throw new SyntaxError('compression pointers that go in a circle')
        this.at = target
        continue
      }
      if (length > longestLabel) throw new SyntaxError('a label of an unknown kind')
      const start = this.at
      this.skip(length)
      size += length + 1
      if (size > longestName + 1) throw new SyntaxError('a name that is too long')
      labels.push(Buffer.from(this.#bytes.subarray(start, this.at)).toString('latin1'))
    }
    if (behind !== undefined) this.at = behind
    return labels.join('.')
  }
}
