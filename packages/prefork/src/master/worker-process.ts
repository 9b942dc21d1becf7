import type { Readable } from 'node:stream'
import type { ControlPeer, ControlServer } from '../control/control-server.ts'
import { protocolVersion, text, type Message } from '../control/messages.ts'
import { WorkerFailed, type Exit, type PreforkError, type PreforkErrorCode } from '../error.ts'
import type { RecordPlace } from '../scoreboard/scoreboard.ts'
import { newToken } from '../token.ts'
import { Deadline } from './deadline.ts'
import { ForkedProcess } from './forked-process.ts'
import { lifecycle, type WorkerEvent, type WorkerState } from './lifecycle.ts'
import type { Settings } from './options.ts'
import { drainLines, type OutputStream } from './output.ts'
import type { Launch, ProcessHandle } from './process-handle.ts'
import type { WorkerInfo, WorkerOwner } from './worker-info.ts'

// One spawned worker: its process, its control connection, its output and its state. What follows from a death is not
// decided here: the owner is told and decides.

/** Lines of standard error kept for the report of a failure. */
const keptLines = 40

/** Milliseconds that a dead worker's output may still take; a grandchild may hold the pipe for ever. */
const outputGrace = 200

/** Which worker it is. */
export interface WorkerIdentity {
  readonly id: number
  readonly slot: number
  readonly generation: number
  readonly respawns: number
  /** Its record on the scoreboard; a zygote has none. */
  readonly place: RecordPlace | undefined
}

export class WorkerProcess implements WorkerInfo {
  readonly id: number
  readonly slot: number
  readonly generation: number
  readonly respawns: number
  readonly settings: Settings
  /** Its record on the scoreboard. */
  readonly place: RecordPlace | undefined
  readonly spawned: number = Date.now()
  /** Settles when it is ready, or will never be. */
  readonly started: Promise<void>
  /** Resolves when the process has gone and its output has been delivered. */
  readonly gone: Promise<Exit>
  info: unknown = null
  step = 'spawn'
  #state: WorkerState = 'starting'
  #process: ProcessHandle | undefined
  #peer: ControlPeer | undefined
  #readyAt = 0
  #failure: WorkerFailed | undefined
  /** Somebody else has told of its failure. */
  #told = false
  readonly #token: string
  readonly #control: ControlServer
  readonly #owner: WorkerOwner<WorkerProcess>
  readonly #deadline = new Deadline()
  readonly #pulse = new Deadline()
  readonly #grace = new Deadline()
  readonly #lastLines: string[] = []
  readonly #start = Promise.withResolvers<void>()
  readonly #end = Promise.withResolvers<Exit>()

  constructor(
    identity: WorkerIdentity,
    settings: Settings,
    control: ControlServer,
    launch: Launch,
    owner: WorkerOwner<WorkerProcess>,
  ) {
    this.id = identity.id
    this.slot = identity.slot
    this.generation = identity.generation
    this.respawns = identity.respawns
    this.place = identity.place
    this.settings = settings
    this.started = this.#start.promise
    this.started.catch(() => {}) // those who wait for it are told; a respawned worker has nobody waiting
    this.gone = this.#end.promise
    this.#control = control
    this.#owner = owner
    this.#token = launch.token ?? newToken()
    this.#spawn(launch)
  }

  get state(): WorkerState {
    return this.#state
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  get uptime(): number {
    return this.#readyAt === 0 ? 0 : performance.now() - this.#readyAt
  }

  get failure(): WorkerFailed | undefined {
    return this.#failure
  }

  send(message: object): void {
    this.#peer?.send(message)
  }

  /** Asks it to finish what it has and leave; kills it when that takes longer than `timeout`. */
  drain(timeout: number): void {
    if (this.#failure !== undefined) return // it is being ended already, and less patiently
    this.#to('drain')
    if (this.#state === 'gone') return
    this.send({ type: 'drain' })
    // Before it is ready it has no request to finish; without a connection it will not hear of it.
    if (this.#readyAt === 0 || this.#peer === undefined) this.terminate(this.settings.killTimeout)
    else this.#deadline.set(timeout, () => this.kill())
  }

  /** SIGTERM now, SIGKILL after `timeout`. */
  terminate(timeout: number): void {
    this.#to('drain')
    if (this.#state === 'gone') return
    this.#deadline.set(timeout, () => this.kill())
    this.#process?.kill('SIGTERM') // may be its end at once
  }

  kill(): void {
    this.#to('drain')
    this.#process?.kill('SIGKILL')
  }

  /** SIGKILL for what it does: it failed, and its slot gets a new one. */
  condemn(reason: string): void {
    if (this.#state === 'gone') return
    this.#failure ??= this.#report('killed', `was killed: ${reason}`)
    this.kill()
  }

  #spawn(launch: Launch): void {
    this.#control.expect(this.#token, {
      joined: (peer, pid) => this.#join(peer, pid),
      output: (stream, source) => this.#forked()?.output(stream, source),
      received: (message) => this.#receive(message),
      left: (error) => this.#left(error),
    })
    const { startTimeout } = this.settings
    this.#deadline.set(startTimeout, () =>
      this.#fail(
        'start-timeout',
        `was not ready within ${startTimeout} ms (\`startTimeout\`); its last step: ${this.step}`,
      ),
    )
    try {
      this.#process = launch(this.#token, {
        neverBorn: (cause) => this.#neverBorn(cause),
        output: (stream, source) => this.#drainOutput(stream, source),
        exited: (exit) => this.#exited(exit),
        closed: (exit) => this.#finish(exit),
      })
    } catch (cause) {
      queueMicrotask(() => this.#neverBorn(cause as Error))
    }
  }

  #forked(): ForkedProcess | undefined {
    return this.#process instanceof ForkedProcess ? this.#process : undefined
  }

  #drainOutput(stream: OutputStream, source: Readable): void {
    drainLines(source, (line) => {
      if (stream === 'stderr' && this.#lastLines.push(line) > keptLines) this.#lastLines.shift()
      this.#owner.onOutput(this, stream, line)
    })
  }

  /** `cause` may be the failure of the zygote that was to fork it, which has been told already. */
  #neverBorn(cause: Error): void {
    if (cause instanceof WorkerFailed) {
      this.#failure = cause
      this.#told = true
      this.#to('fail')
    } else this.#fail('spawn-failed', `could not be spawned: ${cause.message}`, { cause })
    this.#finish({ code: null, signal: null })
  }

  #join(peer: ControlPeer, pid: number): void {
    const { listeners, drainTimeout, payload } = this.settings
    this.#peer = peer
    this.#forked()?.identify(pid)
    if (this.#state === 'starting') this.step = 'start'
    peer.send({
      type: 'start',
      version: protocolVersion,
      slot: this.slot,
      generation: this.generation,
      listeners: listeners.map(({ address, backlog }, index) => ({ fd: 3 + index, address, backlog })),
      drainTimeout: Number.isFinite(drainTimeout) ? drainTimeout : null,
      ...(this.place === undefined
        ? { role: 'zygote' }
        : { scoreboard: { path: this.#control.scoreboard, ...this.place } }),
      payload,
    })
    if (this.#state === 'draining') peer.send({ type: 'drain' })
  }

  #receive(message: Message): void {
    switch (message.type) {
      case 'step':
        this.step = text(message, 'name') ?? this.step
        break
      case 'loaded': // a zygote has done what it must before it is of use
      case 'ready':
        this.#ready(message['info'] ?? null)
        break
      case 'draining':
        if (this.#state !== 'ready') break
        this.#to('drain')
        this.#deadline.set(this.settings.drainTimeout, () => this.kill())
        this.#owner.onDraining(this)
        break
      case 'failed':
        this.#fail('start-failed', `failed: ${text(message, 'message') ?? 'no message'}`, {
          trace: text(message, 'stack'),
        })
        break
      case 'pong':
        this.#pulse.set(this.settings.hangTimeout / 2, () => this.#ping())
        break
      default:
        this.#owner.onMessage(this, message)
    }
  }

  #ready(info: unknown): void {
    const first = this.#state === 'starting'
    this.info = info
    this.#to('ready')
    if (!first) return
    this.#deadline.clear()
    this.#readyAt = performance.now()
    this.#start.resolve()
    if (Number.isFinite(this.settings.hangTimeout)) this.#ping()
    this.#owner.onReady(this)
  }

  #ping(): void {
    const { hangTimeout } = this.settings
    this.send({ type: 'ping' })
    this.#pulse.set(hangTimeout, () => this.#fail('hung', `did not answer for ${hangTimeout} ms (\`hangTimeout\`)`))
  }

  #left(error: PreforkError | undefined): void {
    this.#peer = undefined
    if (this.#state === 'draining' || this.#state === 'gone') return
    if (error !== undefined) this.#fail('protocol', `broke the worker contract: ${error.message}`, { cause: error })
    // A worker without a control connection cannot be drained any more. It is usually about to exit.
    else this.#deadline.set(this.settings.killTimeout, () => this.#fail('protocol', 'closed its control connection'))
  }

  #fail(code: PreforkErrorCode, words: string, more: { trace?: string | undefined; cause?: Error } = {}): void {
    if (this.#state === 'draining' || this.#state === 'gone') return
    this.#failure = this.#report(code, words, undefined, more)
    this.#to('fail')
    // One that reports its failure leaves by itself; a signal would only blur its exit code.
    if (code === 'start-failed') this.#deadline.set(this.settings.killTimeout, () => this.kill())
    else this.terminate(this.settings.killTimeout)
  }

  #exited(exit: Exit): void {
    this.#deadline.clear()
    this.#grace.set(outputGrace, () => this.#finish(exit))
  }

  #finish(exit: Exit): void {
    if (this.#state === 'gone') return
    const unasked = this.#state !== 'draining'
    const how = exit.signal === null ? `exited with code ${exit.code}` : `was ended by ${exit.signal}`
    if (unasked)
      this.#failure = this.#report('exited', `${how} ${this.#readyAt === 0 ? 'before it was ready' : 'unasked'}`, exit)
    this.#to('exit')
    this.#grace.clear()
    this.#deadline.clear()
    this.#pulse.clear()
    this.#control.forget(this.#token)
    this.#peer?.close()
    if (this.#failure !== undefined && !this.#told) this.#owner.onFailed(this, this.#failure)
    this.#start.reject(this.#failure ?? this.#report('stopped', 'was stopped before it was ready', exit))
    this.#owner.onGone(this, exit)
    this.#end.resolve(exit)
  }

  #report(
    code: PreforkErrorCode,
    words: string,
    exit?: Exit,
    more: { trace?: string | undefined; cause?: Error } = {},
  ): WorkerFailed {
    const details = {
      slot: this.slot,
      pid: this.pid,
      step: this.step,
      trace: more.trace,
      exit,
      lastLines: this.#lastLines,
    }
    const options = more.cause === undefined ? {} : { cause: more.cause }
    return new WorkerFailed(code, `worker process ${this.pid ?? '(no pid)'} ${words}`, details, options)
  }

  #to(event: WorkerEvent): void {
    this.#state = lifecycle[this.#state][event]
  }
}
