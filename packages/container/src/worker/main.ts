/**
 * A worker process: joins its master, loads the application, serves it on every inherited socket, and leaves when told
 * to or when the master is gone, once its requests are done. Standard output and error go to the master line by line.
 */
import type { Application } from '@trivet/gateway'
import { joinMaster, type WorkerLink } from '@trivet/prefork/worker'
import { ContainerError } from '../config/diagnostic.ts'
import { loadServing, type ServedApplication } from '../serving/load.ts'
import { FileLines, StreamLines, type LineWriter } from '../log/line-writer.ts'
import { requestLog } from '../log/request-log.ts'
import { compileConditions } from '../log/conditions.ts'
import { compileLine } from '../log/request-line.ts'
import type { RequestRecord } from '../log/request-record.ts'
import { titleOf } from '../process/title.ts'
import { Activity } from './activity.ts'
import { figuresOf, openFront, type FrontServer } from './front.ts'
import { Gate } from './gate.ts'
import { logLineMark, type WorkerPayload } from './payload.ts'
import { warmUp } from './warm-up.ts'

const joining = joinMaster()
if (process.env['TRIVET_ROLE'] === 'spare') await warmUp()
delete process.env['TRIVET_ROLE'] // what the application starts is none
const link = await joining
const payload = link.payload as WorkerPayload
process.title = titleOf(payload.titles, `worker ${link.slot + 1}`)

try {
  await work()
} catch (error) {
  link.failed(withoutOwnFrames(error))
}

/** The traceback up to where Node or this package called the application's code: the rest says nothing to its author. */
function withoutOwnFrames(error: unknown): unknown {
  if (!(error instanceof Error) || error.stack === undefined) return error
  const lines = error.stack.split('\n')
  const own = lines.findIndex((line) => line.includes(new URL('..', import.meta.url).href))
  const end = own > 0 ? own : lines.length
  const last = lines.slice(0, end).findLastIndex((line) => !line.includes('node:internal/'))
  error.stack = error instanceof ContainerError ? error.message : lines.slice(0, Math.max(1, last + 1)).join('\n')
  return error
}

async function work(): Promise<void> {
  link.step('load application')
  const loaded = await loadServing(payload)
  await loaded.start()
  const gate = new Gate()
  const wanted = compileConditions(payload.log)
  const log = wanted === undefined ? undefined : { ...openRequestLog(link.slot), wanted }
  const application = gate.guard(logged(loaded.application, log, link.slot))
  link.step('listen')
  const fronts: FrontServer[] = []
  const activity = new Activity(link.scoreboard, payload.harakiri, () => figuresOf(fronts))
  await activity.prepared()
  for (const [index, listener] of link.listeners.entries()) {
    fronts.push(await openFront(payload.protocols[index] ?? 'http', application, listener, payload, activity))
  }
  followMaster(link, loaded, fronts, log, gate)
  link.ready({ application: loaded.label, interface: loaded.interface })
}

/** The application as the fronts call it: with a line per request, if wanted. */
function logged(application: Application, log: RequestLines | undefined, slot: number): Application {
  if (log === undefined) return application
  const { lines, mark, wanted } = log
  const line = compileLine(payload.log, slot)
  return requestLog((record) => {
    if (wanted(record)) lines.write(mark + line(record))
  })(application)
}

interface RequestLines {
  readonly lines: LineWriter
  readonly mark: string
  readonly wanted: (record: RequestRecord) => boolean
}

/** A file is written by each worker itself; without one, lines travel through the master to its standard output. */
function openRequestLog(slot: number): Omit<RequestLines, 'wanted'> {
  const { file } = payload.log
  if (file !== undefined) {
    try {
      return { lines: new FileLines(file), mark: '' }
    } catch (error) {
      if (slot === 0)
        console.error(`the log goes through the master: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return { lines: new StreamLines(process.stdout), mark: logLineMark }
}

function followMaster(
  master: WorkerLink,
  loaded: ServedApplication,
  fronts: readonly FrontServer[],
  log: RequestLines | undefined,
  gate: Gate,
): void {
  master.onDrain(async () => {
    gate.open()
    await Promise.all(fronts.map((front) => front.drain(payload.mercy)))
    try {
      await loaded.stop()
    } finally {
      log?.lines.close()
    }
  })
  // Service managers and `timeout` send TERM to the whole group: the requests of this worker are not to die of it.
  process.on('SIGTERM', () => master.draining())
  master.onMessage((message) => {
    if (message.type === 'reopen') log?.lines.reopen()
    if (message.type === 'pause') gate.shut()
    if (message.type === 'resume') gate.open()
  })
}
