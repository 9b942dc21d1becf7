/**
 * A container's commands, whoever gives them: signals, the FIFO, touched files. Each says in the log what it does and
 * how it went.
 */
import type { ContainerConfig } from '../config/model.ts'
import type { MasterCommands } from '../fifo/commands.ts'
import type { Container } from './container.ts'
import { explain, isStopped } from './explain.ts'
import type { ContainerLog } from './log.ts'
import type { ReloadRequest } from './reload-queue.ts'
import type { QueueStatistics } from './statistics.ts'
import { collectGarbage } from './small-heap.ts'

/** Reads the configuration again; throws ContainerError `CONFIG` when it went bad. Absent: it stays what it was. */
export type ReadAgain = () => Promise<ContainerConfig>

export class ContainerCommands implements MasterCommands {
  readonly #container: Container
  readonly #log: ContainerLog
  readonly #readAgain: ReadAgain | undefined
  #lastReload: Promise<void> | undefined

  constructor(container: Container, log: ContainerLog, readAgain: ReadAgain | undefined) {
    this.#container = container
    this.#log = log
    this.#readAgain = readAgain
  }

  event(message: string): void {
    this.#log.event(message)
  }

  reload(): void {
    this.#reload({ read: this.#readAgain })
  }

  reloadInTurn(): void {
    this.#reload({ read: this.#readAgain, chain: true })
  }

  /** Running requests are cut off. */
  reloadBrutally(): void {
    this.#reload({ read: this.#readAgain, graceful: false })
  }

  reloadWorkers(): void {
    this.#reload({})
  }

  reloadMules(): void {
    this.#container.reloadMules().then(
      () => this.#log.event('the mules were replaced'),
      (error: unknown) => this.#log.event(`the mules are not replaced: ${explain(error)}`),
    )
  }

  stop(how: { readonly graceful: boolean }): void {
    this.#log.event(how.graceful ? 'stopping, running requests are finished' : 'stopping at once')
    this.#container.stop(how).catch((error: unknown) => this.#log.event(explain(error)))
  }

  resize(by: number): void {
    const { size, processes } = this.#container
    const wanted = size + by
    if (wanted < 1 || wanted > processes)
      this.#log.event(`there are ${size} workers: the number stays from 1 to ${processes}`)
    else
      this.#attempt('the number of workers stays', () => {
        this.#container.resize(wanted)
        this.#log.event(`${wanted} worker${wanted === 1 ? '' : 's'} from now on`)
      })
  }

  togglePause(): void {
    this.#log.event(this.#container.togglePause() ? 'paused: requests wait' : 'resumed')
  }

  reopenLogs(): void {
    this.#container.reopenLogs()
    this.#log.event('the log was reopened')
  }

  rotateLogs(): void {
    this.#attempt('the log is not rotated', () => {
      const moved = this.#container.rotateLogs()
      this.#log.event(moved === undefined ? 'there is no log file to rotate' : `the log so far is ${moved} now`)
    })
  }

  writePidFiles(): void {
    this.#attempt('the pid files are not written', () => this.#container.writePidFiles())
  }

  printStatistics(): void {
    this.#container.statistics().then(
      ({ workers, requests, connections, queue }) => {
        const each = workers.map(
          ({ slot, pid, requests: count, rss }) =>
            `; worker ${slot + 1} (pid: ${pid ?? 'none'}) ${count} requests, ${Math.round(rss / 1048576)} MB`,
        )
        this.#log.event(
          `statistics: ${workers.length} workers, ${requests} requests, ${connections} connections${waiting(queue)}${each.join('')}`,
        )
      },
      (error: unknown) => this.#log.event(explain(error)),
    )
  }

  /** One that becomes part of another is told once. */
  #reload(request: ReloadRequest): void {
    const reload = this.#container.reload(request)
    if (reload === this.#lastReload) return
    this.#lastReload = reload
    void reload
      .then(
        () => this.#log.event('reloaded'),
        (error: unknown) => {
          if (isStopped(error)) this.#log.event('not reloaded: the container was stopped meanwhile')
          else this.#log.event(`not reloaded, the old workers serve on: ${explain(error)}`)
        },
      )
      .then(collectGarbage)
  }

  #attempt(failure: string, action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#log.event(`${failure}: ${explain(error)}`)
    }
  }
}

function waiting(queue: QueueStatistics | undefined): string {
  if (queue === undefined) return ''
  const { length, oldestWait, refused, timedOut } = queue
  return `, ${length} wait (the first for ${oldestWait} ms, ${refused} refused, ${timedOut} timed out)`
}
