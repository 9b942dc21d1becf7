/** A worker process: takes the statements from its master, compiles them, serves until it is told to leave. */
import { joinMaster } from '@trivet/prefork/worker'
import type { WorkerLink } from '@trivet/prefork/worker'
import { flushCompileCache } from 'node:module'
import { compileConfig } from '../model/compile.ts'
import { serveHttp } from '../http/serve.ts'
import { CensusMember } from './census.ts'
import { openErrorLog } from './error-log.ts'
import type { ErrorLog } from './error-log.ts'
import { errorLogTargets, loadedFrom } from './plan.ts'
import type { WorkerPayload } from './plan.ts'

process.title = 'trivet-proxy: worker process'

const link = await joinMaster()
try {
  await run(link, link.payload as WorkerPayload)
} catch (error) {
  link.failed(error)
}

async function run(master: WorkerLink, payload: WorkerPayload): Promise<void> {
  const config = compileConfig(loadedFrom(payload), { prefix: payload.layout.prefix })
  const log = openErrorLog(errorLogTargets(payload.layout, config))
  const service = await serveHttp(config, master.listeners, log)
  const census = new CensusMember(master, () => service.counters())
  service.countWith(() => census.ask())
  const reopen = (): void => {
    log.write('notice', 'reopening logs')
    log.reopen()
    service.reopenLogs()
  }
  process.on('SIGUSR1', reopen)
  process.on('SIGTERM', () => leave(log))
  process.on('SIGQUIT', () => master.draining())
  master.onMessage(({ type }) => {
    if (type === 'reopen') reopen()
  })
  master.onDrain(async () => {
    log.write('notice', 'gracefully shutting down')
    await service.drain(payload.shutdownTimeout === 0 ? Number.POSITIVE_INFINITY : payload.shutdownTimeout)
    census.give()
    log.write('notice', 'exiting')
  })
  master.ready()
  setImmediate(flushCompileCache)
}

function leave(log: ErrorLog): void {
  log.write('notice', 'exiting')
  process.exit(0)
}
