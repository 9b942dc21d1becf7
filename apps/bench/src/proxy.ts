/**
 * The proxy as a web server beside nginx and Caddy: small and large files and `return 200`, in turn within one run; what
 * idle connections weigh; what a configuration of a thousand servers costs.
 */
import { chmod, mkdir } from 'node:fs/promises'
import { type Folder, temporaryFolder } from '@trivet/testing'
import { benchIdle } from './idle.ts'
import { benchLargeConfiguration } from './large-configuration.ts'
import type { BenchOptions } from './stack.ts'
import { caddyServer, nginxServer, trivetServer, type WebServer } from './web-servers.ts'
import { median, medianRatio, warmUp, wrkWithCost } from './wrk.ts'

const targets = [
  { path: '/1k.html', what: 'a file of 1 KB' },
  { path: '/1m.txt', what: 'a file of 1 MB' },
  { path: '/hello', what: '`return 200`' },
] as const

/** Runs the comparison and prints it. */
export async function benchProxy(options: BenchOptions): Promise<void> {
  await using folder = await temporaryFolder()
  await chmod(folder.path, 0o755) // nginx's workers run as another user
  await mkdir(folder.join('www'))
  await folder.write('www/1k.html', 'x'.repeat(1024))
  await folder.write('www/1m.txt', 'x'.repeat(1024 * 1024))
  await compare(folder, options)
  await benchIdle(folder)
  await benchLargeConfiguration(folder, options)
}

async function compare(folder: Folder, options: BenchOptions): Promise<void> {
  const { rounds, seconds, connections, processes } = options
  const servers: WebServer[] = []
  try {
    for (const start of [trivetServer, nginxServer, caddyServer]) servers.push(await start(folder, processes))
    process.stdout.write(
      `wrk, ${connections} connections, ${processes} workers, medians of ${rounds} interleaved rounds of ${seconds} s\n`,
    )
    for (const target of targets) {
      const rates = servers.map((): number[] => [])
      const costs = servers.map((): number[] => [])
      for (const { origin } of servers) await warmUp(origin + target.path, connections)
      for (let round = 0; round < rounds; round += 1) {
        for (const [index, { origin, child }] of servers.entries()) {
          const load = await wrkWithCost(child.pid, origin + target.path, connections, seconds)
          if (load.errors > 0) process.stdout.write(`${load.errors} errors on ${origin}${target.path}\n`)
          rates[index]?.push(load.requestsPerSecond)
          costs[index]?.push(load.cost)
        }
      }
      print(target.what, servers, rates, costs)
    }
  } finally {
    for (const { child } of servers) await child.stop('SIGTERM')
  }
}

type Samples = readonly (readonly number[])[]

function print(what: string, servers: readonly WebServer[], rates: Samples, costs: Samples): void {
  const [mine = []] = rates
  const [myCosts = []] = costs
  process.stdout.write(`\n${what}\n`)
  for (const [index, { name }] of servers.entries()) {
    const theirs = rates[index] ?? []
    const theirCosts = costs[index] ?? []
    const ratio = medianRatio(mine, theirs).toFixed(2)
    const cost = medianRatio(myCosts, theirCosts).toFixed(2)
    const beside =
      index === 0 ? '' : `  ours is ${ratio} of it, at ${cost} of its processor time (medians of the pairs)`
    process.stdout.write(
      `  ${name.padEnd(13)} ${String(Math.round(median(theirs))).padStart(8)} requests/s ` +
        `${median(theirCosts).toFixed(1).padStart(7)} us${beside}\n`,
    )
  }
}
