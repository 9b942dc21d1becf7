/**
 * Reloads, one at a time: each changes what the next one starts from. What is asked for while one goes on, or before the
 * container has started, becomes one more reload after it, so that no change is lost and none is loaded twice.
 */
import type { ReloadOptions } from '@trivet/prefork'
import type { ContainerConfig } from '../config/model.ts'

/** A reload as it is asked for. */
export interface ReloadRequest extends ReloadOptions {
  /** How the configuration is read when its turn comes; absent: it stays what it is. */
  readonly read?: (() => Promise<ContainerConfig>) | undefined
}

interface Waiting {
  request: ReloadRequest
  readonly done: Promise<void>
}

export class ReloadQueue {
  readonly #run: (request: ReloadRequest) => Promise<void>
  readonly #opened = Promise.withResolvers<void>()
  #last: Promise<void>
  #waiting: Waiting | undefined

  /** `run` does one. */
  constructor(run: (request: ReloadRequest) => Promise<void>) {
    this.#run = run
    this.#last = this.#opened.promise
  }

  /** From now on reloads are done. */
  open(): void {
    this.#opened.resolve()
  }

  /** Resolves when it is done, or rejects; the same promise for all that are merged into one. */
  request(request: ReloadRequest): Promise<void> {
    if (this.#waiting !== undefined) {
      this.#waiting.request = merge(this.#waiting.request, request)
      return this.#waiting.done
    }
    const done = this.#last.then(async () => {
      const next = this.#waiting?.request ?? request
      this.#waiting = undefined
      await this.#run(next)
    })
    this.#waiting = { request, done }
    this.#last = done.catch(() => {}) // told to whoever asked for it
    return done
  }
}

/** Both: what the later one reads, and as quickly as the more hurried of them wants it. */
function merge(first: ReloadRequest, second: ReloadRequest): ReloadRequest {
  return {
    read: second.read ?? first.read,
    chain: (first.chain ?? false) && (second.chain ?? false),
    graceful: (first.graceful ?? true) && (second.graceful ?? true),
  }
}
