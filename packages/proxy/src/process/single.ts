/** `master_process off`: one process that binds and serves, for debugging. It cannot be reloaded. */
import { serveHttp } from '../http/serve.ts'
import type { ErrorLog } from './error-log.ts'
import { Listeners } from './listeners.ts'
import type { Plan } from './plan.ts'

/** A proxy in this very process. */
export interface SingleProcess {
  reopen(): void
  /** Resolves when the last request is done, or `timeout` milliseconds are over. */
  drain(timeout: number): Promise<void>
  /** Removes the files of unix sockets. */
  close(): void
}

/** Binds and serves. Throws BindError. */
export async function startSingle(plan: Plan, log: ErrorLog): Promise<SingleProcess> {
  const listeners = new Listeners()
  const change = await listeners.change(plan.config.listens)
  change.commit()
  const service = await serveHttp(plan.config, change.listeners, log)
  return {
    reopen: () => {
      log.reopen()
      service.reopenLogs()
    },
    drain: (timeout) => service.drain(timeout),
    close: () => listeners.close(),
  }
}
