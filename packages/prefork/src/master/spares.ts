import type { Readable } from 'node:stream'
import type { ControlServer } from '../control/control-server.ts'
import type { Exit } from '../error.ts'
import { newToken } from '../token.ts'
import { Deadline } from './deadline.ts'
import { drainLines } from './output.ts'
import type { Settings } from './options.ts'
import type { Launch, ProcessHandle, ProcessListener } from './process-handle.ts'
import { spawning } from './spawn.ts'

// Spare workers: processes that have been spawned and have said hello, and get no `start` until somebody needs them. What
// they have loaded by then (the language, the program's own modules) is time that the next generation does not lose.

/** Milliseconds after the last one was taken until new ones are made: whoever took it has better use for the processor. */
const rest = 500

export class Spares {
  readonly #control: ControlServer
  readonly #timer = new Deadline()
  #spares: Spare[] = []
  #closed = false

  constructor(control: ControlServer) {
    this.#control = control
  }

  /** Launches by taking a spare process that was started the same way, if there is one. */
  take(settings: Settings): Launch | undefined {
    const index = this.#spares.findIndex((spare) => spare.fits(settings))
    const [spare] = index === -1 ? [] : this.#spares.splice(index, 1)
    return spare?.launch
  }

  /** Keeps as many as these settings want, in a moment. */
  replenish(settings: Settings): void {
    if (this.#closed) return
    this.#timer.set(rest, () => {
      this.#retain((spare) => spare.alive && spare.fits(settings))
      // One process forks all workers, where they are forked.
      const wanted = settings.zygote ? Math.min(1, settings.spares) : settings.spares
      while (this.#spares.length < wanted) this.#spares.push(new Spare(settings, this.#control))
    })
  }

  /** Ends them; resolves when they have gone. */
  async close(): Promise<void> {
    this.#closed = true
    this.#timer.clear()
    const all = this.#spares
    this.#retain(() => false)
    await Promise.all(all.map((spare) => spare.gone))
  }

  #retain(keep: (spare: Spare) => boolean): void {
    for (const spare of this.#spares) if (!keep(spare)) spare.discard()
    this.#spares = this.#spares.filter(keep)
  }
}

class Spare {
  /** Resolves when its process has gone. */
  readonly gone: Promise<void>
  readonly launch: Launch
  alive = true
  readonly #token = newToken()
  readonly #settings: Settings
  readonly #control: ControlServer
  readonly #process: ProcessHandle
  /** Whose process it is by now. */
  #listener: ProcessListener | undefined
  readonly #streams: [stream: 'stdout' | 'stderr', source: Readable][] = []

  constructor(settings: Settings, control: ControlServer) {
    this.#settings = settings
    this.#control = control
    const gone = Promise.withResolvers<void>()
    this.gone = gone.promise
    control.expect(this.#token, { joined: () => {}, output: () => {}, received: () => {}, left: () => {} })
    const spawn = spawning(settings, 0, control.path, settings.zygote ? 'zygote' : 'spare')
    this.#process = spawn(this.#token, {
      neverBorn: () => this.#end(gone.resolve),
      output: (stream, source) => this.#streams.push([stream, source]),
      exited: (exit) => this.#exited(exit, gone.resolve),
      closed: (exit) => this.#listener?.closed(exit),
    })
    const launch = (_token: string, listener: ProcessListener): ProcessHandle => {
      this.#listener = listener
      for (const [stream, source] of this.#streams) listener.output(stream, source)
      return this.#process
    }
    this.launch = Object.assign(launch, { token: this.#token })
  }

  /** Whether it was started as these settings say. */
  fits(settings: Settings): boolean {
    return this.alive && fingerprint(settings) === fingerprint(this.#settings)
  }

  discard(): void {
    for (const [, source] of this.#streams) drainLines(source, () => {})
    this.#control.forget(this.#token)
    this.#process.kill('SIGKILL')
  }

  #exited(exit: Exit, gone: () => void): void {
    this.#listener?.exited(exit)
    this.#end(gone)
  }

  #end(gone: () => void): void {
    this.alive = false
    gone()
  }
}

function fingerprint({ zygote, command, args, env, cwd, uid, gid, groups, listeners }: Settings): string {
  return JSON.stringify([zygote, command, args, env, cwd, uid, gid, groups, listeners.map(({ fd }) => fd)])
}
