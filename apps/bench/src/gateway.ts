/**
 * What the gateway costs: a hello by direct call, through the Fetch adapter beside Hono's own `app.fetch`, and one
 * Express app over node:http and, through the Node adapter, over our HTTP front; in turn within one run.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Application, Environ, HeaderList } from '@trivet/gateway'
import { fromFetch } from '@trivet/gateway/fetch'
import { lint } from '@trivet/gateway/lint'
import { fromNode } from '@trivet/gateway/node'
import { Disconnect, emptyInput, type ResponseSink, run, textErrors } from '@trivet/gateway/server'
import { serve } from '@trivet/http1/gateway'
import express from 'express'
import { Hono } from 'hono'
import type { BenchOptions } from './stack.ts'
import { median, wrk } from './wrk.ts'

const body = Buffer.from('Hello, world\n')
const headers: HeaderList = [['Content-Type', 'text/plain']]
const bare: Application = (_environ, startResponse) => {
  startResponse('200 OK', headers)
  return [body]
}
const hono = new Hono().get('/', (c) => c.text('Hello, world\n'))
const app = express().get('/', (_request, response) => void response.send('Hello, world\n'))

/** Takes a response and forgets it. */
class Nowhere implements ResponseSink {
  readonly disconnect: Disconnect = new Disconnect()
  start(): void {}
  write(): void {}
  flush(): void {}
  end(): void {}
  abort(error: Error): void {
    throw error
  }
}

const errors = textErrors()

function environFor(sink: Nowhere): Environ {
  return {
    REQUEST_METHOD: 'GET',
    SCRIPT_NAME: '',
    PATH_INFO: '/',
    QUERY_STRING: '',
    SERVER_NAME: 'localhost',
    SERVER_PORT: '80',
    SERVER_PROTOCOL: 'HTTP/1.1',
    REQUEST_URI: '/',
    HTTP_HOST: 'localhost',
    HTTP_ACCEPT: '*/*',
    'tsgi.version': [1, 0],
    'tsgi.url_scheme': 'http',
    'tsgi.input': emptyInput,
    'tsgi.errors': errors,
    'tsgi.multithread': false,
    'tsgi.multiprocess': false,
    'tsgi.run_once': false,
    'tsgi.signal': sink.disconnect.signal,
  }
}

const call = (application: Application) => (): void | Promise<void> => {
  const sink = new Nowhere()
  return run(application, environFor(sink), sink)
}

const calls: Readonly<Record<string, () => unknown>> = {
  'bare application, engine': call(bare),
  'bare application, linted': call(lint(bare)),
  'environ and sink alone': () => environFor(new Nowhere()),
  'Hono through fromFetch': call(fromFetch(hono)),
  'Hono, app.fetch(new Request)': () => hono.fetch(new Request('http://localhost/', { headers: { accept: '*/*' } })),
  'Express through fromNode': call(fromNode(app)),
}

/** Calls for `seconds`; calls per second of processor time, which other programs on the machine shake less. */
async function rateOf(act: () => unknown, seconds: number): Promise<number> {
  const began = performance.now()
  const before = process.cpuUsage()
  let count = 0
  while (performance.now() - began < seconds * 1000) {
    for (let i = 0; i < 100; i += 1) {
      const result = act()
      if (result instanceof Promise) await result
    }
    count += 100
  }
  const { user, system } = process.cpuUsage(before)
  return count / ((user + system) / 1e6)
}

/** Runs the comparison and prints it. */
export async function benchGateway(options: BenchOptions): Promise<void> {
  const rounds = Array.from({ length: options.rounds }, (_, i) => i)
  const rates = new Map<string, number[]>(Object.keys(calls).map((name) => [name, []]))
  for (const act of Object.values(calls)) await rateOf(act, 0.3) // warm-up
  for (const _ of rounds) {
    for (const [name, act] of Object.entries(calls)) rates.get(name)?.push(await rateOf(act, options.seconds / 8))
  }
  process.stdout.write(`calls without a wire, medians of ${options.rounds} interleaved rounds\n\n`)
  for (const [name, list] of rates) {
    const rate = median(list)
    const each = (1e6 / rate).toFixed(2)
    process.stdout.write(`${name.padEnd(32)} ${String(Math.round(rate)).padStart(9)} calls/s  ${each.padStart(7)} µs\n`)
  }
  await benchListener(options)
}

interface Cost {
  readonly rate: number
  /** Microseconds of this process's processor time for one request. */
  readonly cpu: number
}

async function costOf(url: string, connections: number, seconds: number): Promise<Cost> {
  const before = process.cpuUsage()
  const { requestsPerSecond } = await wrk(url, connections, seconds)
  const { user, system } = process.cpuUsage(before)
  return { rate: requestsPerSecond, cpu: (user + system) / (requestsPerSecond * seconds) }
}

/**
 * The same Express app behind node:http and behind our front, in one process, the client beside it. Rates shake with
 * whatever else the machine does; processor time for each request shakes less.
 */
async function benchListener({ rounds, seconds, connections }: BenchOptions): Promise<void> {
  const node = createServer(app).listen(0, '127.0.0.1')
  const ours = serve(fromNode(app))
  await ours.listen({ host: '127.0.0.1', port: 0 })
  const urls = [ours, node].map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  for (const url of urls) await wrk(url, connections, 1) // warm-up
  const pairs: (readonly [Cost, Cost])[] = []
  for (let round = 0; round < rounds; round += 1) {
    const [mine = '', theirs = ''] = urls
    pairs.push([await costOf(mine, connections, seconds), await costOf(theirs, connections, seconds)])
  }
  const line = (name: string, index: 0 | 1): string => {
    const rate = Math.round(median(pairs.map((pair) => pair[index].rate)))
    const cpu = median(pairs.map((pair) => pair[index].cpu)).toFixed(1)
    return `${name.padEnd(27)} ${String(rate).padStart(6)} requests/s  ${cpu.padStart(6)} µs of processor each\n`
  }
  const rates = median(pairs.map(([mine, theirs]) => mine.rate / theirs.rate)).toFixed(2)
  const cpus = median(pairs.map(([mine, theirs]) => theirs.cpu / mine.cpu)).toFixed(2)
  process.stdout.write(
    `\nthe same Express app, wrk, ${connections} connections, medians of ${rounds} rounds of ${seconds} s\n\n` +
      `${line('fromNode on our HTTP front', 0)}${line('node:http', 1)}` +
      `ratios, medians of the pairs: ${rates} in rate, ${cpus} in processor time\n`,
  )
  await ours.close()
  node.closeAllConnections()
  node.close()
}
