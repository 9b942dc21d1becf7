/**
 * Runs commands at their times. As in uWSGI the minute of the start counts, a job may overlap with its own next run
 * unless it is unique, and one that takes longer than its harakiri is killed.
 */
import { Program, describeExit, type ProgramScope } from '../programs/program.ts'
import { isDue } from './due.ts'
import type { CronSettings } from './settings.ts'

/** What the jobs run in, and who is told. */
export interface CronOwner {
  readonly scope: ProgramScope
  event(message: string): void
  /** A line that a job printed. */
  line(text: string): void
}

/** A job, for statistics. */
export interface CronState {
  readonly settings: CronSettings
  /** Of the run under way, or of the last one. */
  readonly pid: number | undefined
  /** Seconds since 1970; 0 before the first run. */
  readonly startedAt: number
}

const minute = 60_000

interface Job {
  readonly settings: CronSettings
  readonly running: Set<Program>
  pid: number | undefined
  startedAt: number
}

export class Cron {
  readonly #owner: CronOwner
  readonly #now: () => number
  #jobs: Job[]
  #timer: NodeJS.Timeout | undefined
  #lastMinute = -1
  #stopped = false

  constructor(settings: readonly CronSettings[], owner: CronOwner, now: () => number = Date.now) {
    this.#owner = owner
    this.#now = now
    this.#jobs = settings.map(newJob)
    this.#tick()
  }

  get states(): readonly CronState[] {
    return this.#jobs
  }

  /** Takes over a changed table; jobs that stayed keep their runs, the others finish theirs. */
  reload(settings: readonly CronSettings[]): void {
    const left = [...this.#jobs]
    const key = (one: CronSettings): string => JSON.stringify(one)
    this.#jobs = settings.map((one) => {
      const at = left.findIndex((job) => key(job.settings) === key(one))
      return left.splice(at, at < 0 ? 0 : 1)[0] ?? newJob(one)
    })
    this.#schedule()
  }

  /** Starts no more jobs and ends those that run, by force after `patience` milliseconds. */
  async stop(patience: number): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    const running = this.#jobs.flatMap((job) => [...job.running])
    await Promise.all(running.map(async (program) => await program.stop('SIGTERM', patience)))
  }

  /** A timer may fire early, and the clock may be set: what counts is that a minute has begun that was not looked at. */
  #tick(): void {
    const now = this.#now()
    const current = Math.floor(now / minute)
    if (current !== this.#lastMinute) {
      this.#lastMinute = current
      for (const job of this.#jobs) if (isDue(job.settings.rule, new Date(now))) this.#run(job)
    }
    this.#schedule()
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    if (this.#stopped || this.#jobs.length === 0) return
    this.#timer = setTimeout(() => this.#tick(), minute - (this.#now() % minute))
    this.#timer.unref()
  }

  #run(job: Job): void {
    const { command, unique, harakiri } = job.settings
    if (unique && job.running.size > 0) return
    const program = new Program(command, this.#owner.scope, { onLine: (line) => this.#owner.line(line) })
    job.running.add(program)
    job.pid = program.pid
    job.startedAt = Math.floor(this.#now() / 1000)
    this.#owner.event(`[cron] running "${command}" (pid: ${program.pid ?? 'none'})`)
    const deadline = harakiri === 0 ? undefined : setTimeout(() => this.#harakiri(program, harakiri), harakiri * 1000)
    void program.ended.then((exit) => {
      clearTimeout(deadline)
      job.running.delete(program)
      if (exit.code !== 0 && !this.#stopped) this.#owner.event(`[cron] "${command}" ${describeExit(exit)}`)
    })
  }

  #harakiri(program: Program, seconds: number): void {
    this.#owner.event(`[cron] "${program.command}" (pid: ${program.pid}) runs for more than ${seconds} s: killed`)
    program.signal('SIGKILL')
  }
}

function newJob(settings: CronSettings): Job {
  return { settings, running: new Set(), pid: undefined, startedAt: 0 }
}
