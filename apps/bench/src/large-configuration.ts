/** A configuration of a thousand servers with twenty locations each, beside one of ten: how it loads and how it routes. */
import { Child, type Folder, freePort, runToEnd, listening } from '@trivet/testing'
import { bin } from './bin.ts'
import type { BenchOptions } from './stack.ts'
import { nginxConf } from './web-servers.ts'
import { median, wrk } from './wrk.ts'

function servers(count: number, port: number): string {
  const locations = Array.from({ length: 20 }, (_, index) => `location /part${index}/ { return 200 "${index}\\n"; }`)
  return Array.from(
    { length: count },
    (_, index) => `server { listen 127.0.0.1:${port}; server_name site${index}.example; ${locations.join(' ')} }`,
  ).join('\n')
}

/** Prints the time that checking the configuration takes, and the rates of both, in turn within one run. */
export async function benchLargeConfiguration(folder: Folder, options: BenchOptions): Promise<void> {
  const { rounds, seconds, connections, processes } = options
  const sizes = [10, 1000]
  const running: { readonly child: Child; readonly url: string; readonly rates: number[] }[] = []
  try {
    for (const size of sizes) {
      const port = await freePort()
      const file = await folder.write(`large-${size}.conf`, nginxConf(folder, port, processes, servers(size, port)))
      const began = performance.now()
      const { code, output } = await runToEnd(bin('trivet-proxy'), ['-t', '-q', '-p', folder.path, '-c', file], {
        timeout: 60_000,
      })
      if (code !== 0) throw new Error(output)
      const took = (performance.now() - began) / 1000
      process.stdout.write(`\n${size} servers with 20 locations each: \`-t\` takes ${took.toFixed(2)} s\n`)
      const child = await Child.start(bin('trivet-proxy'), ['-p', folder.path, '-c', file])
      await listening({ host: '127.0.0.1', port })
      running.push({ child, url: `http://127.0.0.1:${port}/part11/x`, rates: [] })
    }
    const host = ['-H', 'Host: site7.example']
    for (const { url } of running) await wrk(url, connections, 1, host)
    for (let round = 0; round < rounds; round += 1) {
      for (const { url, rates } of running) rates.push((await wrk(url, connections, seconds, host)).requestsPerSecond)
    }
    const [few, many] = running.map(({ rates }) => rates)
    const ratio = median((many ?? []).map((rate, round) => rate / (few?.[round] ?? Number.NaN)))
    process.stdout.write(
      `routing: ${Math.round(median(many ?? []))} requests/s with ${sizes[1]} servers, ` +
        `${Math.round(median(few ?? []))} with ${sizes[0]}; ratio, median of the pairs ${ratio.toFixed(2)}\n`,
    )
  } finally {
    for (const { child } of running) await child.stop('SIGTERM')
  }
}
