/**
 * The whole stack beside the originals: hello world through both tiers, in turn within one run so that the machine's
 * moods meet both, medians of several rounds, and the memory of one worker and master of each tier.
 */
import { chmod } from 'node:fs/promises'
import { type Folder, temporaryFolder } from '@trivet/testing'
import { memoryOfGroup } from './memory.ts'
import { type Stack, originalStack, trivetStack } from './stacks.ts'
import { type Load, median, wrk } from './wrk.ts'

/** How long and how hard. */
export interface BenchOptions {
  readonly rounds: number
  readonly seconds: number
  readonly connections: number
  readonly processes: number
}

type Start = (folder: Folder, processes: number) => Promise<Stack>

/** Runs the comparison and prints it. */
export async function benchStack(options: BenchOptions): Promise<void> {
  const { rounds, seconds, connections, processes } = options
  await withStack(trivetStack, processes, async (ours) => {
    await withStack(originalStack, processes, async (original) => {
      const stacks = [ours, original]
      const loads = new Map<Stack, Load[]>(stacks.map((stack) => [stack, []]))
      for (const stack of stacks) await wrk(stack.url, connections, 2) // warm-up
      for (let round = 1; round <= rounds; round += 1) {
        for (const stack of stacks) {
          process.stderr.write(`\rround ${round} of ${rounds}: ${stack.name}\u001B[K`)
          loads.get(stack)?.push(await wrk(stack.url, connections, seconds))
        }
      }
      process.stderr.write('\r\u001B[K')
      print(options, loads, loads.get(ours) ?? [], loads.get(original) ?? [])
    })
  })
  await withStack(trivetStack, 1, async (stack) => {
    await wrk(stack.url, connections, seconds)
    const parts = stack.children.map((child) => memoryOfGroup(child.pid))
    const sum = (field: 'rss' | 'pss' | 'processes'): number => parts.reduce((total, part) => total + part[field], 0)
    process.stdout.write(
      `\nmemory after load, master and one worker of each tier (${sum('processes')} processes): ` +
        `${Math.round(sum('rss') / 1024)} MB RSS summed, ${Math.round(sum('pss') / 1024)} MB with shared pages counted once\n`,
    )
  })
}

function print(options: BenchOptions, all: Map<Stack, Load[]>, ours: readonly Load[], theirs: readonly Load[]): void {
  const { rounds, seconds, connections, processes } = options
  process.stdout.write(
    `hello world, wrk, ${connections} connections, ${processes} workers in each tier, ` +
      `medians of ${rounds} interleaved rounds of ${seconds} s\n\n`,
  )
  for (const [stack, loads] of all) {
    const rates = loads.map((load) => load.requestsPerSecond)
    const errors = loads.reduce((sum, load) => sum + load.errors, 0)
    const rate = String(Math.round(median(rates))).padStart(7)
    const range = `${Math.round(Math.min(...rates))}-${Math.round(Math.max(...rates))}`
    process.stdout.write(
      `${stack.name.padEnd(40)} ${rate} requests/s  (${range}; p99 ${loads[0]?.p99 ?? '?'}; ${errors} errors)\n`,
    )
  }
  const ratios = ours.map((load, i) => load.requestsPerSecond / (theirs[i]?.requestsPerSecond ?? Number.NaN))
  process.stdout.write(`\nratio, median of the pairs: ${median(ratios).toFixed(2)}\n`)
}

async function withStack(start: Start, processes: number, use: (stack: Stack) => Promise<void>): Promise<void> {
  await using folder = await temporaryFolder()
  await chmod(folder.path, 0o777) // the originals' workers run as another user
  const stack = await start(folder, processes)
  try {
    await use(stack)
  } finally {
    for (const child of stack.children) await child.stop('SIGTERM')
  }
}
