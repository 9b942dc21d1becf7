import { randomBytes } from 'node:crypto'
import { ControlServer, type ControlPeer } from '../control/control-server.ts'
import { protocolVersion, type Message } from '../control/messages.ts'
import type { Exit } from '../error.ts'
import { ForkedProcess } from '../master/forked-process.ts'
import { settle, type Settings } from '../master/options.ts'
import { drainLines } from '../master/output.ts'
import type { ProcessHandle, ProcessListener } from '../master/process-handle.ts'
import { spawning, type Role } from '../master/spawn.ts'
import type { WorkerRecord } from '../scoreboard/record.ts'
import { Scoreboard, type RecordPlace } from '../scoreboard/scoreboard.ts'
import type { BoundListener } from '../bind/bind.ts'

/** The worker that is to be checked. */
export interface WorkerUnderTest {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What its own master would give it. */
  readonly payload?: unknown
  /** Milliseconds that it may take to start, and to leave. Default 10,000. */
  readonly patience?: number
}

/** How a life of a worker begins. */
export interface LifeOptions {
  readonly role?: Role
  /** Answer `hello` with `refused`. */
  readonly refuse?: boolean
}

/** Plays the master for one process, and remembers all it said. */
export class Pretender {
  readonly messages: Message[] = []
  /** `stream line`. */
  readonly lines: string[] = []
  /** Resolves when the process has ended. */
  readonly exit: Promise<Exit>
  readonly handle: ProcessHandle
  /** Undefined until it said hello, and when its connection has ended. */
  peer: ControlPeer | undefined
  helloPid: number | undefined
  /** Why its control connection was cut, if it was. */
  broken: string | undefined
  readonly place: RecordPlace
  readonly #stage: Stage
  readonly #end = Promise.withResolvers<Exit>()
  #wake: () => void = () => {}

  constructor(stage: Stage, { role = 'worker', refuse = false }: LifeOptions, fork?: (token: string) => ForkedProcess) {
    const token = randomBytes(16).toString('hex')
    this.#stage = stage
    this.exit = this.#end.promise
    this.place = stage.board.allocate(1)
    stage.control.expect(token, {
      joined: (peer, pid) => this.#joined(peer, pid, role, refuse),
      output: (stream, source) => this.handle instanceof ForkedProcess && this.handle.output(stream, source),
      received: (message) => this.#note(() => this.messages.push(message)),
      left: (error) =>
        this.#note(() => {
          this.peer = undefined
          this.broken = error?.message
        }),
    })
    this.handle =
      fork === undefined ? spawning(stage.settings, 0, stage.control.path, role)(token, this.listener) : fork(token)
  }

  /** What it listens to about its process. */
  readonly listener: ProcessListener = {
    neverBorn: (cause) =>
      this.#note(() => {
        this.lines.push(`stderr ${cause.message}`)
        this.#end.resolve({ code: null, signal: null })
      }),
    output: (stream, source) => drainLines(source, (line) => this.lines.push(`${stream} ${line}`)),
    exited: (exit) => this.#note(() => this.#end.resolve(exit)),
    closed: () => {},
  }

  get record(): WorkerRecord | undefined {
    return this.#stage.board.read([this.place])[0]
  }

  send(message: object): void {
    this.peer?.send(message)
  }

  said(type: string): Message | undefined {
    return this.messages.find((message) => message.type === type)
  }

  /** Resolves with true as soon as it holds, with false when it does not in time. */
  async until(check: () => boolean, timeout: number = this.#stage.patience): Promise<boolean> {
    const end = performance.now() + timeout
    while (!check()) {
      const left = end - performance.now()
      if (left <= 0) return false
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      const timer = setTimeout(resolve, Math.min(left, 50)) // not all that is waited for comes as a message
      await promise
      clearTimeout(timer)
    }
    return true
  }

  /** How it ended; undefined when it has not in time. */
  async ended(timeout: number = this.#stage.patience): Promise<Exit | undefined> {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const timer = setTimeout(resolve, timeout, undefined)
    const exit = await Promise.race([this.exit, promise])
    clearTimeout(timer)
    return exit
  }

  async kill(): Promise<void> {
    this.handle.kill('SIGKILL')
    await this.exit
  }

  #joined(peer: ControlPeer, pid: number, role: Role, refuse: boolean): void {
    this.#note(() => {
      this.peer = peer
      this.helloPid = pid
    })
    if (this.handle instanceof ForkedProcess) this.handle.identify(pid)
    if (refuse) peer.send({ type: 'refused', message: 'this master speaks another version of the contract' })
    else peer.send(this.#stage.start(role, this.place))
    if (refuse) peer.close()
  }

  #note(action: () => unknown): void {
    action()
    this.#wake()
  }
}

/** What the lives of one check share: socket, control channel, scoreboard. */
export class Stage {
  readonly control: ControlServer
  readonly board: Scoreboard
  readonly settings: Settings
  readonly listener: BoundListener
  readonly patience: number

  private constructor(control: ControlServer, worker: WorkerUnderTest, listener: BoundListener) {
    this.control = control
    this.board = new Scoreboard(control.scoreboard)
    this.listener = listener
    this.patience = worker.patience ?? 10_000
    const { command, args, env, payload } = worker
    this.settings = settle({ listeners: [listener], processes: 1, command, args, payload, ...(env && { env }) })
  }

  static async open(worker: WorkerUnderTest, listener: BoundListener): Promise<Stage> {
    return new Stage(await ControlServer.open(), worker, listener)
  }

  start(role: Role, place: RecordPlace): object {
    const { address, backlog } = this.listener
    return {
      type: 'start',
      version: protocolVersion,
      slot: 0,
      generation: 0,
      listeners: [{ fd: 3, address, backlog }],
      drainTimeout: this.patience,
      ...(role === 'zygote' ? { role } : { scoreboard: { path: this.control.scoreboard, ...place } }),
      payload: this.settings.payload,
      'x-unknown': 'members that are not known are ignored',
    }
  }

  close(): void {
    this.board.close()
    this.control.close()
  }
}
