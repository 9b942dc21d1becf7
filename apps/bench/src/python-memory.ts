/** What a Django worker has for itself, beside uWSGI's: the sample apps/polls, loaded once and forked, after requests. */
import { chmod } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '@trivet/testing'
import { uwsgiInterpreter } from './interpreter.ts'
import { leavesOfGroup, uniqueMemory } from './memory.ts'
import { type StartPython, trivetPython, uwsgiPython } from './python-stacks.ts'
import type { BenchOptions } from './stack.ts'
import { median, wrk } from './wrk.ts'

/** How long each is asked before it is looked at: few requests, and enough for full collections of garbage, which unshare. */
const loads = [
  { after: 'some requests', connections: 2, seconds: 1 },
  { after: 'many requests', connections: 8, seconds: 6 },
] as const
/** Megabytes that ours may have beyond uWSGI's. */
const target = 3

/** Prints the megabytes of a worker of each. */
export async function benchPythonMemory({ processes }: BenchOptions): Promise<void> {
  const ours = await ofWorkers(trivetPython, processes)
  const theirs = await ofWorkers(uwsgiPython, processes)
  process.stdout.write('\n')
  for (const [index, { after }] of loads.entries()) {
    const [own = Number.NaN, other = Number.NaN] = [ours[index], theirs[index]]
    process.stdout.write(
      `Django worker's own memory after ${after}: ${own.toFixed(1)} MB, uWSGI's ${other.toFixed(1)} MB; ` +
        `difference ${(own - other).toFixed(1)} MB, target at most ${target}\n`,
    )
  }
}

/** The medians over the workers after each load, in megabytes. */
async function ofWorkers(start: StartPython, processes: number): Promise<readonly number[]> {
  await using folder = await temporaryFolder()
  await chmod(folder.path, 0o777) // nginx's workers run as another user
  const stack = await start(folder, processes, {
    folder: fileURLToPath(new URL('../../polls', import.meta.url)),
    module: 'pollsite.wsgi:application',
    python: uwsgiInterpreter('django').command,
    env: { POLLS_DATA: folder.join('data') },
  })
  try {
    const found: number[] = []
    for (const { connections, seconds } of loads) {
      const { errors } = await wrk(stack.url, connections, seconds, ['--timeout', '30s'])
      if (errors > 0) throw new Error(`${stack.name}: ${errors} requests for the polls failed`)
      // The proxy is the first, the application server the last.
      const server = stack.children.at(-1)
      const workers = server === undefined ? [] : leavesOfGroup(server.pid)
      found.push(median(workers.map(uniqueMemory)) / 1024)
    }
    return found
  } finally {
    // uWSGI's master sometimes takes no TERM after clients that left; it leaves nothing that matters when it is killed.
    for (const child of stack.children)
      await (start === uwsgiPython ? child[Symbol.asyncDispose]() : child.stop('SIGTERM'))
  }
}
