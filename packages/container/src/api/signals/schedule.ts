/** What raises signals by itself: timers, cron rules, watched files. Runs while its epoch is the one that serves. */
import { watch, type FSWatcher } from 'node:fs'
import type { CronRule } from '../../cron/settings.ts'
import { isDue } from '../../cron/due.ts'
import { apiLimits } from '../limits.ts'
import { ApiError } from '../value.ts'

/** One thing that raises a signal. */
export type Schedule =
  /** Every so many milliseconds, for ever or so many times. */
  | { readonly kind: 'timer'; readonly signal: number; readonly interval: number; readonly times: number | undefined }
  | { readonly kind: 'cron'; readonly signal: number; readonly rule: CronRule }
  | { readonly kind: 'file'; readonly signal: number; readonly path: string }

/** Milliseconds for which changes of a file count as one. */
const settling = 100

export class Schedules {
  readonly #entries = new Map<string, Schedule>()
  readonly #running = new Map<string, () => void>()
  readonly #raise: (signal: number) => void
  readonly #complain: (text: string) => void
  #active = false

  constructor(raise: (signal: number) => void, complain: (text: string) => void) {
    this.#raise = raise
    this.#complain = complain
  }

  /** Every worker of an epoch says the same, when each loads the application for itself: once is enough. */
  add(schedule: Schedule): void {
    const key = JSON.stringify(schedule)
    if (this.#entries.has(key)) return
    const alike = [...this.#entries.values()].filter(({ kind }) => kind === schedule.kind)
    if (alike.length >= apiLimits.schedules)
      throw new ApiError('limit', `there are ${apiLimits.schedules} of kind ${schedule.kind} already`)
    this.#entries.set(key, schedule)
    if (this.#active) this.#start(key, schedule)
  }

  start(): void {
    this.#active = true
    for (const [key, schedule] of this.#entries) this.#start(key, schedule)
  }

  stop(): void {
    this.#active = false
    for (const end of this.#running.values()) end()
    this.#running.clear()
  }

  #start(key: string, schedule: Schedule): void {
    if (this.#running.has(key)) return
    const end =
      schedule.kind === 'timer'
        ? this.#runTimer(schedule)
        : schedule.kind === 'cron'
          ? this.#runCron(schedule)
          : this.#watch(schedule)
    this.#running.set(key, end)
  }

  #runTimer({ signal, interval, times }: Schedule & { readonly kind: 'timer' }): () => void {
    let left = times ?? Number.POSITIVE_INFINITY
    const timer = setInterval(() => {
      this.#raise(signal)
      left -= 1
      if (left <= 0) clearInterval(timer)
    }, interval)
    return () => clearInterval(timer)
  }

  #runCron({ signal, rule }: Schedule & { readonly kind: 'cron' }): () => void {
    let timer: NodeJS.Timeout
    const next = (): void => {
      // A little into the minute, so that a clock that is set back by less does not run it twice.
      const toMinute = 60_000 - (Date.now() % 60_000) + 10
      timer = setTimeout(() => {
        if (isDue(rule, new Date())) this.#raise(signal)
        next()
      }, toMinute)
    }
    next()
    return () => clearTimeout(timer)
  }

  #watch({ signal, path }: Schedule & { readonly kind: 'file' }): () => void {
    let timer: NodeJS.Timeout | undefined
    let watcher: FSWatcher | undefined
    try {
      watcher = watch(path, () => {
        timer ??= setTimeout(() => {
          timer = undefined
          this.#raise(signal)
        }, settling)
      })
      watcher.on('error', (error) => this.#complain(`${path} is not watched any more: ${error.message}`))
    } catch (error) {
      this.#complain(`${path} cannot be watched: ${error instanceof Error ? error.message : String(error)}`)
    }
    return () => {
      clearTimeout(timer)
      watcher?.close()
    }
  }
}
