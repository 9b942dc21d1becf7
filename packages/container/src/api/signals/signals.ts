/**
 * Signals between processes: a number is registered with a target, raised by whoever likes, by a timer or a rule, and
 * goes to those of the target's processes that listen.
 *
 * What is registered belongs to the load of the application that did so (its epoch). While a new one comes up beside the
 * old, each has its own; timers run for the one that serves.
 */
import { bytes, text, wholeNumber, type Call, type Caller, type Role } from '../caller.ts'
import { apiLimits } from '../limits.ts'
import { ApiError, type Value } from '../value.ts'
import { Schedules } from './schedule.ts'
import { choose, readTarget, type Target } from './targets.ts'

interface Epoch {
  readonly targets: Map<number, Target>
  readonly schedules: Schedules
  readonly listening: Set<Caller>
}

/** Largest interval of a timer that Node can hold, in milliseconds: 24 days. */
const longest = 2 ** 31 - 1

export class Signals {
  readonly #epochs = new Map<number, Epoch>()
  readonly #log: (text: string) => void
  #turn = 0
  #lost = 0

  constructor(log: (text: string) => void) {
    this.#log = log
  }

  /** This load of the application serves from now on; earlier ones raise nothing any more. */
  activate(epoch: number): void {
    for (const [number, one] of this.#epochs)
      if (number < epoch) {
        one.schedules.stop()
        this.#epochs.delete(number)
      }
    this.#epoch(epoch).schedules.start()
  }

  /** Those of a role that listen, of every load. */
  listening(role: Role): readonly Caller[] {
    return [...this.#epochs.values()].flatMap(({ listening }) =>
      [...listening].filter((caller) => caller.role === role),
    )
  }

  /** A load that did not come up. */
  discard(epoch: number): void {
    this.#epochs.get(epoch)?.schedules.stop()
    this.#epochs.delete(epoch)
  }

  close(): void {
    for (const epoch of this.#epochs.keys()) this.discard(epoch)
  }

  readonly calls: Readonly<Record<string, Call>> = {
    register_signal: (caller, [number, target]) => {
      this.#epoch(caller.epoch).targets.set(signalNumber(number), readTarget(text(target, 'the target')))
      return true
    },
    listen: (caller) => {
      const { listening } = this.#epoch(caller.epoch)
      listening.add(caller)
      caller.onGone(() => listening.delete(caller))
      return true
    },
    signal: (caller, [number]) => this.#raise(caller.epoch, signalNumber(number)),
    signal_registered: (caller, [number]) => this.#epoch(caller.epoch).targets.has(signalNumber(number)),
    add_timer: (caller, [number, seconds, times]) => {
      const interval = typeof seconds === 'number' ? Math.round(seconds * 1000) : Number.NaN
      if (!(interval >= 1 && interval <= longest)) throw new ApiError('value', 'a timer takes from 1 ms to 24 days')
      const count =
        times === null || times === undefined || times === 0
          ? undefined
          : wholeNumber(times, 'the number of times', 0, longest)
      this.#epoch(caller.epoch).schedules.add({ kind: 'timer', signal: signalNumber(number), interval, times: count })
      return true
    },
    add_cron: (caller, [number, minute, hour, day, month, week]) => {
      const field = (value: Value | undefined, name: string, most: number): number =>
        wholeNumber(value ?? -1, name, -most, most)
      const rule = {
        minute: field(minute, 'the minute', 59),
        hour: field(hour, 'the hour', 23),
        day: field(day, 'the day', 31),
        month: field(month, 'the month', 12),
        week: field(week, 'the weekday', 7),
      }
      this.#epoch(caller.epoch).schedules.add({ kind: 'cron', signal: signalNumber(number), rule })
      return true
    },
    add_file_monitor: (caller, [number, path]) => {
      const file = Buffer.from(bytes(path, 'the path')).toString()
      this.#epoch(caller.epoch).schedules.add({ kind: 'file', signal: signalNumber(number), path: file })
      return true
    },
  }

  #epoch(number: number): Epoch {
    const known = this.#epochs.get(number)
    if (known !== undefined) return known
    const raise = (signal: number): void => void this.#raise(number, signal)
    const made = { targets: new Map(), schedules: new Schedules(raise, this.#log), listening: new Set<Caller>() }
    this.#epochs.set(number, made)
    return made
  }

  /** False when nobody takes it. */
  #raise(epoch: number, signal: number): boolean {
    const known = this.#epochs.get(epoch)
    const target = known?.targets.get(signal)
    if (known === undefined || target === undefined) return false
    this.#turn += 1
    const reached = choose(target, [...known.listening], this.#turn).filter((caller) => caller.push({ signal }))
    if (reached.length === 0) {
      this.#lost += 1
      if (this.#lost === 1) this.#log(`signal ${signal} is lost: no process of its target listens, or reads`)
    } else this.#lost = 0
    return reached.length > 0
  }
}

function signalNumber(value: Value | undefined): number {
  return wholeNumber(value, 'the number of the signal', 0, apiLimits.signals - 1)
}
