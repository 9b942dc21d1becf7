/**
 * The container by itself: hello on the http front beside a node:http cluster, on the uwsgi front behind nginx beside
 * nginx before node:http with keep-alive; the master's memory, and what many reloads leave.
 */
import { chmod } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Child, freePort, listening, runToEnd, startNginx, temporaryFolder } from '@trivet/testing'
import { bin } from '../bin.ts'
import type { BenchOptions } from '../stack.ts'
import { type Load, median, wrk } from '../wrk.ts'
import { benchManyReloads } from './many-reloads.ts'

const stack = (name: string): string => fileURLToPath(new URL(`../../stack/${name}`, import.meta.url))

/** Prints all of it; `rounds` of the options times 200 reloads. */
export async function benchContainer(options: BenchOptions): Promise<void> {
  const { processes } = options
  await using folder = await temporaryFolder()
  await chmod(folder.path, 0o777)
  const [http, cluster, front, plain] = [await freePort(), await freePort(), await freePort(), await freePort()]
  const socket = folder.join('app.sock')
  const fronts = ['--http-socket', `127.0.0.1:${http}`, '--socket', socket, '--chmod-socket=666']
  // In a checkout, the first run ever compiles what later ones find compiled.
  await runToEnd(bin('trivet-container'), ['--check', '--module', stack('hello.ts')])
  const own = ['--module', stack('hello.ts'), ...fronts, '-p', String(processes), '-L', '--vacuum']
  await using container = await Child.start(bin('trivet-container'), own)
  await using node = await Child.start(process.execPath, [stack('cluster.mjs'), String(cluster), String(processes)])
  await listening({ host: '127.0.0.1', port: http })
  await listening({ host: '127.0.0.1', port: cluster })
  const server = (port: number, content: string): string =>
    `server { listen 127.0.0.1:${port}; location / { ${content} } }`
  const uwsgi = server(front, `include /etc/nginx/uwsgi_params; uwsgi_pass unix:${socket};`)
  const proxied = server(plain, 'proxy_pass http://node; proxy_http_version 1.1; proxy_set_header Connection "";')
  const upstream = `upstream node { server 127.0.0.1:${cluster}; keepalive 64; }`
  await using nginx = await startNginx({ http: `access_log off; ${upstream} ${uwsgi} ${proxied}` })
  await listening({ host: '127.0.0.1', port: front })
  const url = (port: number): string => `http://127.0.0.1:${port}/`
  await compare(options, [
    ['trivet-container, http front', url(http)],
    ['node:http cluster', url(cluster)],
  ])
  await compare(options, [
    ['nginx -> trivet-container, uwsgi front', url(front)],
    ['nginx -> node:http, keep-alive', url(plain)],
  ])
  await nginx.stop()
  await node.stop('SIGTERM')
  await benchManyReloads(container, processes, options.rounds * 200)
}

async function compare(
  options: BenchOptions,
  rivals: readonly (readonly [name: string, url: string])[],
): Promise<void> {
  const loads = new Map<string, Load[]>(rivals.map(([name]) => [name, []]))
  for (const [, url] of rivals) await wrk(url, options.connections, 1)
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const [name, url] of rivals) {
      process.stderr.write(`\rround ${round} of ${options.rounds}: ${name}\u001B[K`)
      loads.get(name)?.push(await wrk(url, options.connections, options.seconds))
    }
  }
  process.stderr.write('\r\u001B[K')
  const rates = [...loads].map(
    ([name, runs]) => [name, runs.map(({ requestsPerSecond }) => requestsPerSecond)] as const,
  )
  for (const [name, runs] of rates) process.stdout.write(`${name.padEnd(40)} ${Math.round(median(runs))} requests/s\n`)
  const [ours = [], theirs = []] = rates.map(([, runs]) => runs)
  const ratio = median(ours.map((rate, index) => rate / (theirs[index] ?? Number.NaN)))
  process.stdout.write(`ratio, median of the pairs: ${ratio.toFixed(2)}\n\n`)
}
