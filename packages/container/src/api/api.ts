/** Everything that applications can ask of their master, in one table. To add a call is to add a row. */
import type { Identity, RuntimeFolder } from '@trivet/prefork'
import { ApiServer, type ApiPlace } from './api-server.ts'
import { Caches } from './cache/calls.ts'
import type { Call } from './caller.ts'
import { apiLimits } from './limits.ts'
import { Locks } from './locks.ts'
import { Mules } from './mules.ts'
import type { SharingSettings } from './settings.ts'
import { Signals } from './signals/signals.ts'
import type { Value } from './value.ts'

/** What the API asks of its container. */
export interface ApiOwner {
  log(text: string): void
  reload(): void
  stop(): void
  /** uWSGI's `uwsgi.workers()`: one object per worker. */
  workers(): Promise<readonly Value[]>
  totalRequests(): Promise<number>
  spoolerPids(): readonly number[]
}

/** The calls, and the state behind them. */
export class Api {
  readonly place: ApiPlace
  readonly #server: ApiServer
  readonly #caches: Caches
  readonly #signals: Signals

  private constructor(server: ApiServer, caches: Caches, signals: Signals) {
    this.place = server.place
    this.#server = server
    this.#caches = caches
    this.#signals = signals
  }

  /** `identity`: who the workers run as. */
  static async open(
    folder: RuntimeFolder,
    settings: SharingSettings,
    identity: Identity,
    owner: ApiOwner,
  ): Promise<Api> {
    const { caches: settled, locks, mules, messageSize } = settings
    const caches = new Caches(settled, (name, items) =>
      owner.log(
        `the cache ${name} is full: it holds ${items} entries (\`items\`), or as many bytes as its blocks have`,
      ),
    )
    const signals = new Signals((text) => owner.log(text))
    const calls: Readonly<Record<string, Call>> = {
      ...caches.calls,
      ...new Locks(locks).calls,
      ...signals.calls,
      ...new Mules(mules.length, messageSize).calls,
      ...containerCalls(owner),
      /** A task lies in a spooler's folder: those that wait look at once. */
      spooled: () => {
        for (const spooler of signals.listening('spooler')) spooler.push('spooled')
        return true
      },
    }
    const values = [apiLimits.message, messageSize, ...settled.map(({ blockSize, keySize }) => blockSize + keySize)]
    const server = await ApiServer.open(folder, calls, {
      maxValue: Math.max(...values),
      owner: identity,
      complain: (text) => owner.log(text),
    })
    return new Api(server, caches, signals)
  }

  /** This load of the application serves from now on. */
  activate(epoch: number): void {
    this.#signals.activate(epoch)
  }

  /** This load did not come up. */
  discard(epoch: number): void {
    this.#signals.discard(epoch)
  }

  /** The container stops: nothing is raised any more. */
  quiet(): void {
    this.#signals.close()
  }

  close(): void {
    this.quiet()
    this.#caches.close()
    this.#server.close()
  }
}

function containerCalls(owner: ApiOwner): Readonly<Record<string, Call>> {
  return {
    reload: () => {
      owner.reload()
      return true
    },
    stop: () => {
      owner.stop()
      return true
    },
    workers: () => owner.workers(),
    total_requests: () => owner.totalRequests(),
    spooler_pids: () => owner.spoolerPids(),
  }
}
