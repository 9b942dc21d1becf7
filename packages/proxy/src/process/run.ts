/** Starting a master with its workers, or one process that is both. */
import { PidFile, watchSignals } from '@trivet/prefork'
import { productName } from '../cli/version.ts'
import { openErrorLog } from './error-log.ts'
import type { Layout } from './layout.ts'
import { Life, type Subject } from './life.ts'
import type { Plan, TextOptions } from './plan.ts'
import { explain, Proxy } from './proxy.ts'
import { isSuccessor, takeInherited } from './upgrade.ts'

/** Runs a master with its workers; resolves with 0 when they serve, with 1 when they cannot. */
export async function runMaster(first: Plan, layout: Layout, { globals }: TextOptions): Promise<number> {
  process.title = ['trivet-proxy: master process', ...process.argv.slice(1)].join(' ')
  const inherited = takeInherited()
  const proxy = new Proxy({ layout, globals, ...(inherited !== undefined && { inherited }) }, first)
  return await run(first, {
    get log() {
      return proxy.log
    },
    start: () => proxy.start(),
    get listeners() {
      return proxy.listeners
    },
    quit: (unlink) => proxy.stop({ unlink }),
    terminate: (unlink) => proxy.stop({ graceful: false, unlink }),
    reload: () => proxy.reload(),
    reopen: () => proxy.reopen(),
    pause: () => proxy.pause(),
  })
}

/** `master_process off`. */
export async function runSingle(first: Plan, _layout: Layout): Promise<number> {
  const { startSingle } = await import('./single.ts')
  const log = openErrorLog(first.errorLogs)
  let single: Awaited<ReturnType<typeof startSingle>> | undefined
  const { shutdownTimeout } = first.config.main
  return await run(first, {
    log,
    start: async () => {
      single = await startSingle(first, log)
    },
    quit: async () => {
      await single?.drain(shutdownTimeout === 0 ? Number.POSITIVE_INFINITY : shutdownTimeout)
      single?.close()
    },
    terminate: async () => single?.close(),
    reload: () => Promise.reject(new Error('"master_process off" has no workers to replace: restart it')),
    reopen: () => single?.reopen(),
    pause: () => Promise.resolve(),
    listeners: undefined,
  })
}

async function run(first: Plan, subject: Subject): Promise<number> {
  const life = new Life(new PidFile(first.pid), subject)
  if (isSuccessor()) subject.log.write('notice', 'using inherited sockets')
  // Before anything else: Node's own reaction to USR1 is to open a debugger.
  const unwatch = watchSignals(life.handlers())
  try {
    subject.log.write('notice', productName())
    await subject.start()
    life.begin()
    return 0
  } catch (error) {
    unwatch()
    if (life.ending) return 0
    for (const message of explain(error)) {
      subject.log.write('emerg', message)
      process.stderr.write(`nginx: [emerg] ${message}\n`)
    }
    return 1
  }
}
