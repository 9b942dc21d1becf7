/**
 * One question to the name servers, until one answers:
 *
 *     UDP to a server ──answer──→ over
 *       │  └──cut──→ TCP to the same server ──answer──→ over
 *       └──refused, malformed answer, format error──→ the next server, each once, and then after 5 seconds again
 *
 * A socket is opened for each attempt, so that its port is as hard to guess as the id, and it hears its server alone.
 * What is no answer to the question is passed over. Who asks sets the time limit.
 */
import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect, isIP } from 'node:net'
import { answersQuestion, decodeAnswer, encodeQuestion, type AddressType, type DnsAnswer } from './message.ts'

/** A name server. */
export interface NameServer {
  readonly host: string
  readonly port: number
}

/** Milliseconds until a server that says nothing is passed over: nginx's. */
const patience = 5000
/** The server could not read the question: another one may. */
const formatError = 1
/** The last code that says something about the name. */
const refused = 5

/** A question on its way. */
export class Inquiry {
  readonly #servers: readonly NameServer[]
  readonly #name: string
  readonly #type: AddressType
  readonly #answered: (answer: DnsAnswer) => void
  readonly #id = randomInt(65_536)
  readonly #question: Buffer | undefined
  #next: number
  /** Servers that may be asked before the next pause. */
  #left = 0
  #timer: NodeJS.Timeout | undefined
  #stopAttempt: (() => void) | undefined

  /** `first` is the server to begin with; `answered` is called once, never before `start` has returned. */
  constructor(
    servers: readonly NameServer[],
    first: number,
    name: string,
    type: AddressType,
    answered: (answer: DnsAnswer) => void,
  ) {
    this.#servers = servers
    this.#next = first
    this.#name = name
    this.#type = type
    this.#answered = answered
    this.#question = encodeQuestion(this.#id, name, type)
  }

  /** Asks; false when no server can be asked for such a name. */
  start(): boolean {
    if (this.#question === undefined) return false
    this.#timer = setInterval(() => this.#askRound(), patience)
    this.#askRound()
    return true
  }

  /** Forgets it. */
  stop(): void {
    clearInterval(this.#timer)
    this.#stopAttempt?.()
    this.#stopAttempt = undefined
  }

  #askRound(): void {
    this.#left = this.#servers.length
    this.#askNext()
  }

  #askNext(): void {
    this.#stopAttempt?.()
    this.#stopAttempt = undefined
    const server = this.#servers[this.#next % this.#servers.length]
    if (this.#left === 0 || server === undefined) return
    this.#left--
    this.#next++
    this.#stopAttempt = this.#askUdp(server)
  }

  #askUdp(server: NameServer): () => void {
    const socket = createSocket(isIP(server.host) === 6 ? 'udp6' : 'udp4')
    let isOpen = true
    const close = (): void => {
      if (isOpen) socket.close()
      isOpen = false
    }
    socket.on('message', (message) => {
      if (isOpen) this.#hear(message, () => this.#askTcp(server))
    })
    // Nobody listens there.
    socket.on('error', () => {
      if (isOpen) this.#askNext()
    })
    socket.connect(server.port, server.host, () => {
      // What cannot be sent is an `error` above, or a server that says nothing.
      if (isOpen && this.#question !== undefined) socket.send(this.#question)
    })
    return close
  }

  #askTcp(server: NameServer): void {
    this.#stopAttempt?.()
    const socket = connect(server)
    const question = this.#question ?? Buffer.alloc(0)
    // In one piece: there are servers that read no further than what the first piece holds.
    socket.write(Buffer.concat([Buffer.from([question.length >> 8, question.length & 255]), question]))
    let received = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      const size = received.length < 2 ? Number.POSITIVE_INFINITY : 2 + received.readUInt16BE(0)
      if (received.length >= size) this.#hear(received.subarray(2, size), () => this.#askNext())
    })
    const giveUp = (): void => {
      if (!socket.destroyed) this.#askNext()
    }
    socket.on('error', giveUp).on('end', giveUp)
    this.#stopAttempt = () => socket.destroy()
  }

  #hear(message: Uint8Array, cut: () => void): void {
    const answer = readAnswer(message)
    if (answer === undefined || !answersQuestion(answer, this.#id, this.#name, this.#type)) return
    if (answer.code === formatError || answer.code > refused) this.#askNext()
    else if (answer.isTruncated) cut()
    else {
      this.stop()
      this.#answered(answer)
    }
  }
}

/** Undefined for what is no answer: anybody can send a datagram. */
function readAnswer(message: Uint8Array): DnsAnswer | undefined {
  try {
    return decodeAnswer(message)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
