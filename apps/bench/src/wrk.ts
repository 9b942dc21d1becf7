/** Runs wrk and reads its report. */
import { runToEnd } from '@trivet/testing'
import { processorTimeOfGroup } from './memory.ts'

/** What one run of wrk measured. */
export interface Load {
  readonly requestsPerSecond: number
  /** Answers in all. */
  readonly requests: number
  /** Answers other than 2xx and 3xx, and socket errors. */
  readonly errors: number
  readonly p99: string
}

/** Loads `url` with `connections` keep-alive connections for `seconds`; `more` are wrk's own options. Throws when wrk is missing or fails. */
export async function wrk(
  url: string,
  connections: number,
  seconds: number,
  more: readonly string[] = [],
): Promise<Load> {
  const args = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--latency', ...more, url]
  const { code, output } = await runToEnd('wrk', args, { timeout: (seconds + 20) * 1000 })
  const rate = /Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]
  if (code !== 0 || rate === undefined) throw new Error(`wrk failed:\n${output}`)
  const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1] ?? 0)
  const socket = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(output)?.slice(1) ?? []
  return {
    requestsPerSecond: Number(rate),
    requests: Number(/(\d+) requests in/.exec(output)?.[1] ?? 0),
    errors: socket.reduce((sum, text) => sum + Number(text), refused),
    p99: /99%\s+(\S+)/.exec(output)?.[1] ?? '?',
  }
}

/** Answers after which Node has compiled what it will compile. */
const warm = 50_000
/** Seconds of warm-up that have to do, however slow the machine is. */
const longestWarmUp = 15

/** Loads `url` until its server has warmed up. */
export async function warmUp(url: string, connections: number, more: readonly string[] = []): Promise<void> {
  let answers = 0
  for (let second = 0; second < longestWarmUp && answers < warm; second += 1)
    answers += (await wrk(url, connections, 1, more)).requests
}

/** `wrk`, and the microseconds of processor time that process group `pgid` took for each answer: other work on the machine blurs that much less than a rate. */
export async function wrkWithCost(
  pgid: number,
  url: string,
  connections: number,
  seconds: number,
  more: readonly string[] = [],
): Promise<Load & { readonly cost: number }> {
  const before = processorTimeOfGroup(pgid)
  const load = await wrk(url, connections, seconds, more)
  return { ...load, cost: ((processorTimeOfGroup(pgid) - before) / load.requests) * 1e6 }
}

/** The median of `mine` divided by `theirs`, pair by pair. */
export function medianRatio(mine: readonly number[], theirs: readonly number[]): number {
  return median(mine.map((value, index) => value / (theirs[index] ?? Number.NaN)))
}

/** The middle one of `values`. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
