/** `pnpm bench [name] [options]`: runs one benchmark and prints its table; without a name, the whole stack's. */
import { parseArgs } from 'node:util'
import { leaveNothingBehind } from '@trivet/testing'
import { benchGateway } from './gateway.ts'
import { benchContainer } from './life/container.ts'
import { benchFaults } from './life/faults.ts'
import { benchHarakiri } from './life/harakiri.ts'
import { benchReload } from './life/reload.ts'
import { benchSourceReload } from './life/source-reload.ts'
import { benchProxy } from './proxy.ts'
import { benchPython } from './python.ts'
import { benchStack } from './stack.ts'

const benchmarks = {
  container: {
    run: benchContainer,
    about: 'the http front beside a node:http cluster, the uwsgi front behind nginx, many reloads, memory',
  },
  faults: { run: benchFaults, about: 'what a client gets, what is logged and what is left for each fault' },
  gateway: { run: benchGateway, about: 'calls of a hello, the Fetch adapter and Hono, the Node adapter and node:http' },
  harakiri: {
    run: benchHarakiri,
    about: 'when a request that takes too long is answered, and with what, beside uWSGI',
  },
  proxy: {
    run: benchProxy,
    about: 'files and fixed answers beside nginx and Caddy, idle connections, a large configuration',
  },
  python: {
    run: benchPython,
    about: 'WSGI and Flask hello beside nginx -> uWSGI and nginx -> gunicorn, the memory of a Django worker',
  },
  reload: {
    run: benchReload,
    about: 'requests lost and the longest wait over HUP, chain reload and TERM, beside uWSGI',
  },
  sources: { run: benchSourceReload, about: 'how soon changed sources answer under --reload' },
  stack: { run: benchStack, about: 'proxy -> container against nginx -> uWSGI, hello world, memory' },
} as const

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '64' },
    processes: { type: 'string', default: '2' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const name = positionals[0] ?? 'stack'
const benchmark = Object.entries(benchmarks).find(([key]) => key === name)?.[1]
if (values.help || benchmark === undefined) {
  const known = Object.entries(benchmarks).map(([key, { about }]) => `  ${key.padEnd(10)} ${about}\n`)
  process.stdout.write(
    `usage: pnpm bench [name] [--rounds 5] [--seconds 4] [--connections 64] [--processes 2]\n\n${known.join('')}`,
  )
  process.exitCode = values.help ? 0 : 2
} else {
  leaveNothingBehind()
  await benchmark.run({
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    connections: Number(values.connections),
    processes: Number(values.processes),
  })
}
