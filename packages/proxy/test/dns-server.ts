/** A small DNS server of UDP and TCP on one port, for tests of `resolver`: it answers what a table says, and tells what it was asked. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { freePort } from '@trivet/testing'

/** A record: its type is known by its form (`10.0.0.1`, `fe80::1`, `-> other.name`). */
export interface DnsRecord {
  readonly data: string
  readonly ttl?: number
}

/** What is answered to a question. */
export interface DnsReply {
  readonly code?: number
  readonly records?: readonly DnsRecord[]
  /** Over UDP: only that it would be too long. */
  readonly isTruncated?: boolean
  /** Added to the id: a wrong answer. */
  readonly idOffset?: number
  /** Instead of an answer. */
  readonly raw?: Buffer
}

/** Decides about a question; undefined says nothing. `count` is how often this very one has been asked, from 1 on. */
export type DnsTable = (name: string, type: string, count: number) => DnsReply | undefined

const types: Readonly<Record<number, string>> = { 1: 'A', 28: 'AAAA' }

/** A running server. */
export class DnsServer implements AsyncDisposable {
  readonly port: number
  /** `A www.example.com`, in the order they came; over TCP with ` tcp` behind. */
  readonly asked: string[] = []
  readonly #table: DnsTable
  readonly #udp: Socket
  readonly #tcp: Server

  private constructor(port: number, table: DnsTable) {
    this.port = port
    this.#table = table
    this.#udp = createSocket('udp4', (message, { port: from }) => {
      const answer = this.#answer(message, '')
      if (answer !== undefined) this.#udp.send(answer, from, '127.0.0.1')
    })
    this.#tcp = createServer((socket) => {
      socket.on('data', (chunk: Buffer) => {
        const answer = this.#answer(chunk.subarray(2), ' tcp')
        if (answer !== undefined)
          socket.end(Buffer.concat([Buffer.from([answer.length >> 8, answer.length & 255]), answer]))
      })
    })
  }

  /** Starts one. */
  static async start(table: DnsTable): Promise<DnsServer> {
    const server = new DnsServer(await freePort(), table)
    server.#udp.bind(server.port, '127.0.0.1')
    server.#tcp.listen(server.port, '127.0.0.1')
    await Promise.all([once(server.#udp, 'listening'), once(server.#tcp, 'listening')])
    return server
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#udp.close()
    this.#tcp.close()
    await Promise.all([once(this.#udp, 'close'), once(this.#tcp, 'close')])
  }

  #answer(question: Buffer, wire: string): Buffer | undefined {
    const end = question.indexOf(0, 12)
    const type = types[question.readUInt16BE(end + 1)] ?? ''
    const name = decodeName(question.subarray(12, end))
    const text = `${type} ${name}${wire}`
    this.asked.push(text)
    const reply = this.#table(name, type, this.asked.filter((one) => one === text).length)
    return reply === undefined
      ? undefined
      : (reply.raw ?? encodeReply(question.subarray(0, end + 5), reply, wire === ''))
  }
}

/** An answer as it goes over the wire. */
export function encodeReply(question: Buffer, reply: DnsReply, isUdp: boolean): Buffer {
  const records = (reply.records ?? []).map(encodeRecord)
  const head = Buffer.from(question)
  head.writeUInt16BE((head.readUInt16BE(0) + (reply.idOffset ?? 0)) & 0xff_ff, 0)
  const cut = reply.isTruncated === true && isUdp
  head.writeUInt16BE(0x8180 | (cut ? 0x0200 : 0) | (reply.code ?? 0), 2)
  head.writeUInt16BE(cut ? 0 : records.length, 6)
  return Buffer.concat(cut ? [head] : [head, ...records])
}

function encodeRecord({ data, ttl = 3600 }: DnsRecord): Buffer {
  const [type, bytes] = data.startsWith('-> ')
    ? [5, encodeName(data.slice(3))]
    : data.includes(':')
      ? [28, Buffer.concat(groupsOf(data).map((group) => Buffer.from([group >> 8, group & 255])))]
      : [1, Buffer.from(data.split('.').map(Number))]
  const head = Buffer.alloc(12)
  // The name asked for, by a pointer.
  head.writeUInt16BE(0xc0_0c, 0)
  head.writeUInt16BE(type, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(ttl, 6)
  head.writeUInt16BE(bytes.length, 10)
  return Buffer.concat([head, bytes])
}

function groupsOf(address: string): number[] {
  const [left = '', right = ''] = address.split('::')
  const parse = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
  const [head, tail] = [parse(left), parse(right)]
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail]
}

function encodeName(name: string): Buffer {
  return Buffer.concat([
    ...name.split('.').map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1')),
    Buffer.from([0]),
  ])
}

function decodeName(bytes: Buffer): string {
  const labels: string[] = []
  for (let at = 0; at < bytes.length; at += 1 + (bytes[at] ?? 0))
    labels.push(bytes.toString('latin1', at + 1, at + 1 + (bytes[at] ?? 0)))
  return labels.join('.')
}
