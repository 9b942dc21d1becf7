import { readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import type { Exit } from '../error.ts'
import type { ProcessHandle, ProcessListener } from './process-handle.ts'

// A worker that a zygote forked is not this process's child: its number comes with its hello (or from the zygote), its
// output over connections of its own, its end from the zygote that reaped it. When the zygote has died, the end of its
// control connection and the process table tell.
//
// The number is what a worker says of itself, and a master that is root can signal anybody: it is believed only of a
// child of the zygote's, where the system tells who is whose child.

/** Milliseconds between two looks into the process table for one that nobody reaps. */
const probeInterval = 50

export class ForkedProcess implements ProcessHandle {
  readonly #listener: ProcessListener
  readonly #zygote: () => number | undefined
  #pid: number | undefined
  /** Tells the process from another that got its number later. */
  #birth: string | undefined
  #exit: Exit | undefined
  #streams = 0
  #probe: NodeJS.Timeout | undefined

  /** `zygote`: the number of its parent. */
  constructor(listener: ProcessListener, zygote: () => number | undefined) {
    this.#listener = listener
    this.#zygote = zygote
  }

  get pid(): number | undefined {
    return this.#pid
  }

  /** Whether it has ended. */
  get over(): boolean {
    return this.#exit !== undefined
  }

  /** Its number, as it says. */
  identify(pid: number): void {
    if (this.#pid !== undefined || !Number.isSafeInteger(pid) || pid <= 1) return
    const origin = originOf(pid)
    if (tellsOrigins && (origin === undefined || origin.parent !== this.#zygote())) return
    this.#pid = pid
    this.#birth = origin?.birth
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

  /** One that has no number yet is over at once: nobody waits for it, and should it be born, nobody knows its token. */
  kill(signal: NodeJS.Signals): void {
    if (this.#pid === undefined) return this.exited({ code: null, signal })
    if (this.#exit !== undefined || !this.#lives()) return
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
    return originOf(this.#pid)?.birth === this.#birth
  }

  #closeIfOver(): void {
    if (this.#exit !== undefined && this.#streams === 0) this.#listener.closed(this.#exit)
  }
}

const tellsOrigins = process.platform === 'linux'

/** A process's parent, and when it began in the system's own units; undefined where the system does not say, and for one that waits to be reaped. */
function originOf(pid: number): { readonly parent: number; readonly birth: string | undefined } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state, parent, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? undefined : { parent: Number(parent), birth: fields[17] }
  } catch {
    return undefined
  }
}
