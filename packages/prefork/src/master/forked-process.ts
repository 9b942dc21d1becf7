import { readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import type { Exit } from '../error.ts'
import type { ProcessHandle, ProcessListener } from './process-handle.ts'

// A worker that a zygote forked is not this process's child: its number comes with its hello (or from the zygote), its
// output over connections of its own, its end from the zygote that reaped it. When the zygote has died, the end of its
// control connection and the process table tell.

/** Milliseconds between two looks into the process table for one that nobody reaps. */
const probeInterval = 50

export class ForkedProcess implements ProcessHandle {
  readonly #listener: ProcessListener
  #pid: number | undefined
  /** Tells the process from another that got its number later. */
  #birth: string | undefined
  #exit: Exit | undefined
  #streams = 0
  #probe: NodeJS.Timeout | undefined

  constructor(listener: ProcessListener) {
    this.#listener = listener
  }

  get pid(): number | undefined {
    return this.#pid
  }

  /** Its number is known. */
  identify(pid: number): void {
    if (pid <= 1 || this.#pid !== undefined) return
    this.#pid = pid
    this.#birth = birthOf(pid)
  }

  /** A connection that brings one of its streams. */
  output(stream: 'stdout' | 'stderr', source: Readable): void {
    this.#streams += 1
    this.#listener.output(stream, source)
    source.once('close', () => {
      this.#streams -= 1
      this.#closeIfOver()
    })
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#pid === undefined || this.#exit !== undefined || !this.#lives()) return
    try {
      process.kill(this.#pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }

  exited(exit: Exit): void {
    if (this.#exit !== undefined) return
    clearInterval(this.#probe)
    this.#exit = exit
    this.#listener.exited(exit)
    this.#closeIfOver()
  }

  /** Nobody will tell when it ends: looks for itself. */
  watch(): void {
    if (this.#exit !== undefined || this.#probe !== undefined) return
    const look = (): void => {
      if (!this.#lives()) this.exited({ code: null, signal: null })
    }
    this.#probe = setInterval(look, probeInterval)
    look()
  }

  #lives(): boolean {
    if (this.#pid === undefined) return false
    try {
      process.kill(this.#pid, 0)
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM'
    }
    return birthOf(this.#pid) === this.#birth
  }

  #closeIfOver(): void {
    if (this.#exit !== undefined && this.#streams === 0) this.#listener.closed(this.#exit)
  }
}

/** When a process began, in the system's own units; undefined where it does not say, and for one that waits to be reaped. */
function birthOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? undefined : fields[18]
  } catch {
    return undefined
  }
}
