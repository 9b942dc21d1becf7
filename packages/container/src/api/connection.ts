/** One connection of a process that calls: a greeting, then one call after the other, each a line; events in between. */
import type { Socket } from 'node:net'
import type { Call, Caller, Role } from './caller.ts'
import { apiLimits } from './limits.ts'
import { ApiError, decode, encode, member, type Value } from './value.ts'

/** What a connection needs of its server. */
export interface ConnectionHost {
  readonly calls: Readonly<Record<string, Call>>
  /** What a greeting must repeat. */
  readonly token: string
  /** Characters of the longest line that is taken. */
  readonly maxLine: number
  /** Whoever broke a rule, in words for the log. */
  complain(text: string): void
}

const roles: ReadonlySet<unknown> = new Set<Role>(['worker', 'mule', 'spooler', 'zygote'])

export class ApiConnection implements Caller {
  role: Role = 'worker'
  number = 0
  epoch = 0
  readonly #socket: Socket
  readonly #host: ConnectionHost
  readonly #endings = new Set<() => void>()
  readonly #lines: string[] = []
  readonly #impatience: NodeJS.Timeout
  #held = ''
  #greeted = false
  #busy = false

  constructor(socket: Socket, host: ConnectionHost) {
    this.#socket = socket
    this.#host = host
    this.#impatience = setTimeout(() => socket.destroy(), apiLimits.greeting)
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => this.#read(chunk))
    socket.on('error', () => {}) // 'close' follows
    socket.on('close', () => this.#gone())
  }

  push(event: Value): boolean {
    if (!this.#socket.writable || this.#socket.writableLength > apiLimits.unread) return false
    this.#socket.write(`${encode({ event })}\n`)
    return true
  }

  onGone(action: () => void): () => void {
    this.#endings.add(action)
    return () => void this.#endings.delete(action)
  }

  close(): void {
    this.#socket.destroy()
  }

  #gone(): void {
    clearTimeout(this.#impatience)
    for (const action of this.#endings) action()
    this.#endings.clear()
  }

  #read(chunk: string): void {
    const lines = (this.#held + chunk).split('\n')
    this.#held = lines.pop() ?? ''
    this.#lines.push(...lines)
    const waiting = this.#held.length + this.#lines.reduce((sum, line) => sum + line.length, 0)
    if (waiting > this.#host.maxLine) return this.#break(`a call is longer than ${this.#host.maxLine} characters`)
    void this.#work()
  }

  /** A call at a time: the next one waits until this one is answered, and the answer read or nearly so. */
  async #work(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    try {
      for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) {
        await this.#take(decode(line))
        await this.#drained()
      }
    } catch (error) {
      this.#break(error instanceof Error ? error.message : String(error))
    } finally {
      this.#busy = false
    }
  }

  async #take(message: Value): Promise<void> {
    if (!this.#greeted) return this.#greet(message)
    const name = member(message, 'call')
    const args = member(message, 'args')
    if (typeof name !== 'string' || !Array.isArray(args))
      throw new ApiError('protocol', 'a call needs `call` and `args`')
    const call = Object.hasOwn(this.#host.calls, name) ? this.#host.calls[name] : undefined
    try {
      if (call === undefined) throw new ApiError('unavailable', `the master knows no call \`${name}\``)
      this.#answer({ value: await call(this, args as readonly Value[]) })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.#answer({ error: error.message, code: error.code })
    }
  }

  #greet(message: Value): void {
    const role = member(message, 'role')
    const [number, epoch] = [member(message, 'number'), member(message, 'epoch')]
    if (member(message, 'token') !== this.#host.token || !roles.has(role))
      throw new ApiError('protocol', 'a connection must begin with the token that was given out')
    clearTimeout(this.#impatience)
    this.#greeted = true
    this.role = role as Role
    this.number = typeof number === 'number' ? number : 0
    this.epoch = typeof epoch === 'number' ? epoch : 0
  }

  #answer(answer: Value): void {
    if (this.#socket.writable) this.#socket.write(`${encode(answer)}\n`)
  }

  /** Whoever asks and asks and never reads must not fill the master's memory with answers. */
  async #drained(): Promise<void> {
    if (!this.#socket.writableNeedDrain) return
    await new Promise<void>((resolve) => {
      const forget = this.onGone(resolve)
      this.#socket.once('drain', () => {
        forget()
        resolve()
      })
    })
  }

  #break(why: string): void {
    this.#host.complain(`${this.role} ${this.number} broke the calls' protocol: ${why}`)
    this.#socket.destroy()
  }
}
