/**
 * A configuration of a thousand servers with twenty locations each, beside one of ten: how long it takes to check, and to
 * serve; what master and workers weigh; and whether its requests cost more.
 */
import { Child, eventually, type Folder, freePort, runToEnd } from '@trivet/testing'
import { bin } from './bin.ts'
import { memoryOfGroup, processorTimeOfChildren, processorTimeOfGroup } from './memory.ts'
import type { BenchOptions } from './stack.ts'
import { nginxConf } from './web-servers.ts'
import { median, medianRatio, warmUp, wrkWithCost } from './wrk.ts'

const few = 10
const many = 1000
/** Rounds are short and many: what else the machine does then falls on both alike. */
const roundsPerRound = 3

interface Running {
  readonly child: Child
  readonly url: string
  readonly rates: number[]
  readonly costs: number[]
}

function servers(count: number, port: number): string {
  const locations = Array.from({ length: 20 }, (_, index) => `location /part${index}/ { return 200 "${index}\\n"; }`)
  return Array.from(
    { length: count },
    (_, index) => `server { listen 127.0.0.1:${port}; server_name site${index}.example; ${locations.join(' ')} }`,
  ).join('\n')
}

/** Prints the times, and then rates and processor times of both, in turn within one run. */
export async function benchLargeConfiguration(folder: Folder, options: BenchOptions): Promise<void> {
  const running: Running[] = []
  try {
    for (const size of [few, many]) {
      const port = await freePort()
      const conf = nginxConf(folder, port, options.processes, servers(size, port))
      const file = await folder.write(`large-${size}.conf`, conf)
      process.stdout.write(`\n${size} servers with 20 locations each\n`)
      await check(folder, file)
      running.push(await start(folder, file, port))
    }
    await compareRouting(running, options)
  } finally {
    for (const { child } of running) await child.stop('SIGTERM')
  }
}

async function check(folder: Folder, file: string): Promise<void> {
  const [began, used] = [performance.now(), processorTimeOfChildren()]
  const { code, output } = await runToEnd(bin('trivet-proxy'), ['-t', '-q', '-p', folder.path, '-c', file], {
    timeout: 60_000,
  })
  if (code !== 0) throw new Error(output)
  printTimes('`-t`', performance.now() - began, processorTimeOfChildren() - used)
}

async function start(folder: Folder, file: string, port: number): Promise<Running> {
  const began = performance.now()
  const child = await Child.start(bin('trivet-proxy'), ['-p', folder.path, '-c', file])
  const url = `http://127.0.0.1:${port}/part11/x`
  await eventually(async () => await answers(url), { timeout: 60_000, what: `an answer of\n${child.output}` })
  printTimes('to the first answer', performance.now() - began, processorTimeOfGroup(child.pid))
  const { processes, pss } = memoryOfGroup(child.pid)
  process.stdout.write(`  ${processes} processes weigh ${(pss / 1024).toFixed(0)} MB then\n`)
  return { child, url, rates: [], costs: [] }
}

/** False as long as nobody listens; once the master has bound, workers that are not up yet are waited for. */
async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url, { headers: { connection: 'close' } })).text()
    return true
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return false
  }
}

function printTimes(what: string, milliseconds: number, processorSeconds: number): void {
  process.stdout.write(
    `  ${what}: ${(milliseconds / 1000).toFixed(2)} s, ${processorSeconds.toFixed(2)} s of processor time\n`,
  )
}

async function compareRouting(
  running: readonly Running[],
  { rounds, seconds, connections }: BenchOptions,
): Promise<void> {
  const host = ['-H', 'Host: site7.example']
  for (const { url } of running) await warmUp(url, connections, host)
  for (let round = 0; round < rounds * roundsPerRound; round += 1) {
    for (const { child, url, rates, costs } of running) {
      const load = await wrkWithCost(
        child.pid,
        url,
        connections,
        Math.max(1, Math.round(seconds / roundsPerRound)),
        host,
      )
      rates.push(load.requestsPerSecond)
      costs.push(load.cost)
    }
  }
  const [small, large] = running
  if (small === undefined || large === undefined) return
  process.stdout.write(
    `routing: ${Math.round(median(large.rates))} requests/s at ${median(large.costs).toFixed(1)} us with ${many} servers, ` +
      `${Math.round(median(small.rates))} at ${median(small.costs).toFixed(1)} us with ${few}; of the pairs the medians are ` +
      `${medianRatio(large.rates, small.rates).toFixed(2)} in rate and ${medianRatio(large.costs, small.costs).toFixed(2)} in processor time\n`,
  )
}
