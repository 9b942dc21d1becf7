/**
 * Python's hello, plain and in Flask, through whole stacks in turn within one run, and the memory of a Django worker.
 *
 * Ratios are of neighbours in time. Beside that of the rates stands that of the processor time a request takes in all
 * processes of a stack, which a machine's other work blurs less. All stacks run the interpreter that is in uWSGI.
 */
import { chmod } from 'node:fs/promises'
import { type Folder, temporaryFolder } from '@trivet/testing'
import { type Interpreter, uwsgiInterpreter } from './interpreter.ts'
import { processorTimeOfGroup } from './memory.ts'
import { benchPythonMemory } from './python-memory.ts'
import { type Application, gunicornPython, type StartPython, trivetPython, uwsgiPython } from './python-stacks.ts'
import type { BenchOptions } from './stack.ts'
import { app, type Stack } from './stacks.ts'
import { type Load, median, wrk } from './wrk.ts'

const starts: readonly StartPython[] = [trivetPython, uwsgiPython, gunicornPython]

/** Seconds of load before anything is measured: Node compiles what it has seen often. */
const warmUp = 8

interface Comparison {
  readonly name: string
  readonly module: string
  /** How many times as fast ours is to be, by the other stack's name. */
  readonly targets: Readonly<Record<string, number>>
}

const comparisons: readonly Comparison[] = [
  { name: 'plain WSGI hello', module: 'hello:application', targets: { 'nginx -> uWSGI': 0.9 } },
  {
    name: 'Flask hello',
    module: 'flask_hello:application',
    targets: { 'nginx -> uWSGI': 1, 'nginx -> gunicorn': 1.8 },
  },
]

/** Runs the comparison and prints it. */
export async function benchPython(options: BenchOptions): Promise<void> {
  const python = uwsgiInterpreter('flask', 'gunicorn')
  const { rounds, seconds, connections, processes } = options
  process.stdout.write(
    `wrk, ${connections} connections, ${processes} workers in each tier, Python ${python.version}, ` +
      `medians of ${rounds} interleaved rounds of ${seconds} s after ${warmUp} s each\n`,
  )
  for (const comparison of comparisons) await compare(comparison, python, options)
  await benchPythonMemory(options)
}

async function compare(comparison: Comparison, python: Interpreter, options: BenchOptions): Promise<void> {
  const { rounds, seconds, connections, processes } = options
  await using folder = await temporaryFolder()
  await chmod(folder.path, 0o777) // the originals' workers run as another user
  const application = { folder: app('.'), module: comparison.module, python: python.command, env: {} }
  const stacks = await startAll(folder, processes, application)
  try {
    const loads = stacks.map((): Measured[] => [])
    for (const stack of stacks) await wrk(stack.url, connections, warmUp)
    for (let round = 1; round <= rounds; round += 1) {
      for (const [index, stack] of stacks.entries()) {
        process.stderr.write(`\r${comparison.name}, round ${round} of ${rounds}: ${stack.name}\u001B[K`)
        loads[index]?.push(await measure(stack, connections, seconds))
      }
    }
    process.stderr.write('\r\u001B[K')
    process.stdout.write(`\n${header(comparison.name)}`)
    for (const [index, stack] of stacks.entries())
      process.stdout.write(row(stack, loads[index] ?? [], loads[0] ?? [], comparison.targets[stack.name]))
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

async function startAll(folder: Folder, processes: number, application: Application): Promise<readonly Stack[]> {
  const stacks: Stack[] = []
  for (const start of starts) stacks.push(await start(folder, processes, application))
  return stacks
}

const widths = [26, 11, 15, 10, 7, 14, 9, 15, 8] as const

const line = (...cells: readonly string[]): string =>
  `${cells
    .map((cell, index) => (index === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[index] ?? 0)))
    .join('')
    .trimEnd()}\n`

function header(name: string): string {
  return line(name, 'requests/s', 'range', 'p99', 'errors', 'µs/request', 'ours is', 'by µs/request', 'target')
}

function row(stack: Stack, loads: readonly Measured[], ours: readonly Measured[], target: number | undefined): string {
  const rates = loads.map(({ requestsPerSecond }) => requestsPerSecond)
  const parts = stack.children.map((_, index) => median(loads.map(({ costs }) => costs[index] ?? Number.NaN)))
  const compared = [
    median(ours.map((load, index) => load.requestsPerSecond / (rates[index] ?? Number.NaN))),
    median(ours.map((load, index) => total(loads[index]) / total(load))),
  ]
  return line(
    stack.name,
    String(Math.round(median(rates))),
    `${Math.round(Math.min(...rates))}-${Math.round(Math.max(...rates))}`,
    loads[0]?.p99 ?? '?',
    String(loads.reduce((sum, load) => sum + load.errors, 0)),
    parts.map((part) => part.toFixed(0)).join(' + '),
    ...(loads === ours ? [] : compared.map((ratio) => `${ratio.toFixed(2)}x`)),
    ...(target === undefined ? [] : [`${target.toFixed(1)}x`]),
  )
}

function total(load: Measured | undefined): number {
  return load?.costs.reduce((sum, cost) => sum + cost, 0) ?? Number.NaN
}
