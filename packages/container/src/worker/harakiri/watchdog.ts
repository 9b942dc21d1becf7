/**
 * The watchdog: a thread that wakes when a request is past its time and the event loop has not ended it, which means that
 * the loop is blocked. It answers such requests with 504 on their sockets, says where the loop is, and, when the loop
 * still does not turn, answers the others with 503 and ends the process.
 */
import { readFileSync, writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { mainThreadStack, warmUp } from './main-thread-stack.ts'
import { OpenRequests, type OpenRequest } from './open-requests.ts'
import { describeLate } from './words.ts'

/** What the loop's thread gives along. */
export interface WatchdogData {
  readonly memory: SharedArrayBuffer
  /** Milliseconds that a request may take. */
  readonly timeout: number
  /** Milliseconds more to wait for the loop's stack. */
  readonly patience: number
  /** Whole answers. */
  readonly late: string
  readonly replaced: string
}

/** Milliseconds past the deadline that the loop has to end the request itself. */
const loopGrace = 40

/** Milliseconds past the deadline after which a loop that has not turned is given up. */
const lastGrace = 150

/** Milliseconds to wait for the loop's stack, which takes ten on an idle machine: it may be in native code, which cannot be asked. What is left of `lastGrace`. */
const stackTimeout = lastGrace - loopGrace

const { memory, timeout, patience, late, replaced } = workerData as WatchdogData
const requests = new OpenRequests(memory)
/** Rows that were told of already, by the begin of their request. */
const told = new Map<number, number>()

await warmUp()
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
parentPort?.postMessage('watching')
for (;;) await watch()

async function watch(): Promise<void> {
  const all = requests.list()
  const overdue = all.filter(({ started }) => started + timeout + loopGrace <= Date.now())
  for (const request of overdue) answer(request, late)
  const fresh = overdue.filter(({ row, started }) => told.get(row) !== started)
  if (fresh.length > 0) await tell(fresh)
  const oldest = Math.min(...overdue.map(({ started }) => started))
  const still = requests
    .list()
    .some(({ row, started }) => overdue.some((one) => one.row === row && one.started === started))
  if (still && Date.now() >= oldest + timeout + lastGrace) end()
  const next = Math.min(...all.map(({ started }) => started + timeout + (overdue.length > 0 ? lastGrace : loopGrace)))
  // A request that begins while this thread sleeps has its deadline later than the end of the sleep.
  await delay(Math.min(timeout, Math.max(5, next - Date.now())))
}

async function tell(fresh: readonly OpenRequest[]): Promise<void> {
  for (const { row, started } of fresh) told.set(row, started)
  const stack = (await mainThreadStack(stackTimeout + patience)) ?? nativeState()
  for (const { started, request, answered } of fresh) {
    const seconds = (Date.now() - started) / 1000
    say(
      describeLate({ request, seconds, limit: timeout / 1000, answered, place: `the event loop is blocked\n${stack}` }),
    )
  }
}

/** The loop has not turned: nobody else will answer, and nothing else will end this process. */
function end(): void {
  for (const request of requests.list()) {
    const nearlyLate = Date.now() - request.started > timeout - lastGrace
    answer(request, nearlyLate ? late : replaced)
  }
  say('harakiri: the event loop is still blocked: this worker ends and is replaced')
  process.kill(process.pid, 'SIGKILL')
}

function answer({ row, fd, answered }: OpenRequest, text: string): void {
  if (answered || fd === -1 || !requests.take(row)) return
  try {
    writeSync(fd, text)
  } catch {
    // The client has gone, or takes nothing more: there is nobody to tell.
  }
}

function say(text: string): void {
  writeSync(2, `${text}\n`)
}

/** What the system says of a loop that is not in JavaScript. */
function nativeState(): string {
  let state = ''
  try {
    state = /^State:\s+(\w)/m.exec(readFileSync(`/proc/self/task/${process.pid}/status`, 'latin1'))?.[1] ?? ''
  } catch {
    // Not Linux.
  }
  const where = state === 'R' ? 'computing' : 'waiting in a system call'
  return `    in native code${state === '' ? '' : `, ${where}`}, which has no JavaScript stack to show, or given no time`
}
