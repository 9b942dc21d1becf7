/** What the system allows workers: `worker_rlimit_nofile` and its like. */
import { availableParallelism } from 'node:os'
import type { Report } from '../../language/diagnostic.ts'
import type { Directive } from '../../language/directive.ts'
import type { Statement } from '../../language/statement.ts'
import { argument, readNumber, readSize } from '../../language/values.ts'
import type { WorkerLimits } from '../../process/worker-limits.ts'
import { draftOf } from './settings.ts'

type Change = (statement: Statement, report: Report) => Partial<WorkerLimits> | undefined

function limitRow(name: string, max: number, doc: string, change: Change): Directive {
  return {
    name,
    contexts: ['main'],
    args: [1, max],
    once: true,
    doc,
    differs: 'Set by util-linux (`prlimit`, `taskset`) when a worker is ready; an `[alert]` line when it cannot be.',
    apply: (scope, statement, report) => {
      const settings = draftOf(scope)
      settings.limits = { ...settings.limits, ...change(statement, report) }
    },
  }
}

/** The rows of these limits. */
export const limitRows: readonly Directive[] = [
  limitRow('worker_rlimit_nofile', 1, 'How many files a worker may have open.', (statement, report) => ({
    openFiles: readNumber(statement, report),
  })),
  limitRow('worker_rlimit_core', 1, 'The largest core dump of a worker.', (statement, report) => ({
    core: readSize(statement, report, 0, 'g'),
  })),
  limitRow('worker_priority', 1, 'The scheduling priority of workers, -20 to 20.', readPriority),
  limitRow('worker_cpu_affinity', Number.POSITIVE_INFINITY, 'The processors of each worker.', readAffinity),
]

function readPriority(statement: Statement, report: Report): Partial<WorkerLimits> | undefined {
  const { text, place } = argument(statement)
  const priority = /^[-+]?\d{1,2}$/.test(text) ? Number(text) : Number.NaN
  if (priority >= -20 && priority <= 20) return { priority: Math.min(priority, 19) }
  report.emerg(`invalid priority "${text}"`, place, 'a number from -20 to 20')
  return undefined
}

/** Masks are written in binary, the first processor last; `auto` gives each worker one, of a mask or of all. */
function readAffinity(statement: Statement, report: Report): Partial<WorkerLimits> | undefined {
  const words = [...statement.args]
  const isAuto = words[0]?.text === 'auto'
  if (isAuto) words.shift()
  for (const { text, place } of words) {
    if (/^[01]+$/.test(text)) continue
    report.emerg(`invalid character in "worker_cpu_affinity"`, place, 'a mask is of 0 and 1')
    return undefined
  }
  const masks = words.map(({ text }) => BigInt(`0b${text}`))
  if (!isAuto) return { affinity: masks.map((mask) => mask.toString(16)) }
  const all = masks[0] ?? (1n << BigInt(availableParallelism())) - 1n
  const bits = all
    .toString(2)
    .split('')
    .toReversed()
    .flatMap((bit, index) => (bit === '1' ? [1n << BigInt(index)] : []))
  return { affinity: Array.from({ length: 1024 }, (_, slot) => (bits[slot % bits.length] ?? 1n).toString(16)) }
}
