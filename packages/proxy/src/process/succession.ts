/** The new master that this one has started, and the old one that started this one. */
import type { BoundListener, PidFile } from '@trivet/prefork'
import type { ChildProcess } from 'node:child_process'
import type { ErrorLog } from './error-log.ts'
import { isSuccessor, startSuccessor } from './upgrade.ts'

/** What a master knows of its successor and its predecessor. */
export class Succession {
  readonly #parent = process.ppid
  #successor: ChildProcess | undefined

  /** Another master goes on with the same sockets. */
  get sharesSockets(): boolean {
    return this.#successor !== undefined || (isSuccessor() && process.ppid === this.#parent)
  }

  /** Starts a successor, which gets the pid file's name; `onEnd` is called when it has ended before this process. */
  begin(pid: PidFile, listeners: readonly BoundListener[], log: ErrorLog, onEnd: () => void): void {
    const { path } = pid
    try {
      pid.rename(`${path}.oldbin`)
    } catch (error) {
      log.write('alert', `${(error as Error).message} before executing new binary process`)
      return
    }
    const successor = startSuccessor(listeners)
    this.#successor = successor
    const ended = (): void => {
      if (this.#successor !== successor) return
      this.#successor = undefined
      restore(pid, path, log)
      onEnd()
    }
    successor.once('spawn', () => log.write('notice', `start new binary process ${successor.pid}`))
    successor.once('error', (error) => {
      log.write('alert', `new binary process: ${error.message}`)
      ended()
    })
    successor.once('exit', (code, signal) => {
      log.write(
        'notice',
        `new binary process ${successor.pid} exited ${signal === null ? `with code ${code}` : `on ${signal}`}`,
      )
      ended()
    })
  }
}

function restore(pid: PidFile, path: string, log: ErrorLog): void {
  try {
    pid.rename(path)
  } catch (error) {
    log.write('alert', `${(error as Error).message} after the new binary process exited`)
  }
}
