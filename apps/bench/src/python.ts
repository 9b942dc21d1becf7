/** Python's hello, plain and in Flask, through whole stacks in turn within one run; ratios are of neighbours in time. */
import { chmod } from 'node:fs/promises'
import { type Folder, temporaryFolder } from '@trivet/testing'
import { processorTimeOfGroup } from './memory.ts'
import { gunicornPython, type StartPython, trivetPython, uwsgiPython } from './python-stacks.ts'
import type { BenchOptions } from './stack.ts'
import type { Stack } from './stacks.ts'
import { type Load, median, wrk } from './wrk.ts'

const starts: readonly StartPython[] = [trivetPython, uwsgiPython, gunicornPython]

const applications: readonly (readonly [name: string, file: string])[] = [
  ['plain WSGI hello', 'hello.py'],
  ['Flask hello', 'flask_hello.py'],
]

/** Runs the comparison and prints it. */
export async function benchPython(options: BenchOptions): Promise<void> {
  for (const [name, file] of applications) await compare(name, file, options)
}

async function compare(name: string, file: string, options: BenchOptions): Promise<void> {
  const { rounds, seconds, connections, processes } = options
  await using folder = await temporaryFolder()
  await chmod(folder.path, 0o777) // the originals' workers run as another user
  const stacks = await startAll(folder, processes, file)
  try {
    const loads = stacks.map((): Measured[] => [])
    for (const stack of stacks) await wrk(stack.url, connections, 1) // warm-up
    for (let round = 1; round <= rounds; round += 1) {
      for (const [index, stack] of stacks.entries()) {
        process.stderr.write(`\r${name}, round ${round} of ${rounds}: ${stack.name}\u001B[K`)
        loads[index]?.push(await measure(stack, connections, seconds))
      }
    }
    process.stderr.write('\r\u001B[K')
    process.stdout.write(
      `${name}, wrk, ${connections} connections, ${processes} workers in each tier, medians of ${rounds} interleaved rounds of ${seconds} s\n\n${stacks
        .map((stack, index) => row(stack, loads[index] ?? [], loads[0] ?? []))
        .join('')}\n`,
    )
  } finally {
    for (const stack of stacks) for (const child of stack.children) await child.stop('SIGTERM')
  }
}

interface Measured extends Load {
  /** Microseconds of processor time for a request: the proxy's and the application server's. */
  readonly costs: readonly number[]
}

async function measure(stack: Stack, connections: number, seconds: number): Promise<Measured> {
  const used = (): readonly number[] => stack.children.map(({ pid }) => processorTimeOfGroup(pid))
  const before = used()
  const load = await wrk(stack.url, connections, seconds)
  const costs = used().map((time, index) => ((time - (before[index] ?? 0)) * 1e6) / load.requests)
  return { ...load, costs }
}

async function startAll(folder: Folder, processes: number, file: string): Promise<readonly Stack[]> {
  const stacks: Stack[] = []
  for (const start of starts) stacks.push(await start(folder, processes, file))
  return stacks
}

function row(stack: Stack, loads: readonly Measured[], ours: readonly Measured[]): string {
  const rates = loads.map(({ requestsPerSecond }) => requestsPerSecond)
  const errors = loads.reduce((sum, load) => sum + load.errors, 0)
  const ratio = median(ours.map((load, index) => load.requestsPerSecond / (rates[index] ?? Number.NaN)))
  const range = `${Math.round(Math.min(...rates))}-${Math.round(Math.max(...rates))}`
  const cost = stack.children
    .map((_, index) => median(loads.map(({ costs }) => costs[index] ?? Number.NaN)).toFixed(0))
    .join(' + ')
  const compared = loads === ours ? '' : `; ours is ${ratio.toFixed(2)} times that, median of the pairs`
  return `${stack.name.padEnd(28)} ${String(Math.round(median(rates))).padStart(7)} requests/s, ${cost} µs each  (${range}; p99 ${loads[0]?.p99 ?? '?'}; ${errors} errors)${compared}\n`
}
