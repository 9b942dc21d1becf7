/** Every front that the gateway's suite runs on. To add one is to add a row. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type Ability,
  type CaseClient,
  conformanceApplication,
  httpClient,
  memoryClient,
  type Skips,
} from '@trivet/gateway/conformance'
import { toNode } from '@trivet/gateway/node'
import { serve } from '@trivet/gateway/serve'
import { serve as serveHttp } from '@trivet/http1/gateway'
import { Child, freePort, listening, type PeerName, temporaryFolder } from '@trivet/testing'
import { forward, serve as serveUwsgi } from '@trivet/uwsgi/gateway'
import { bin, fixture, type FrontName, startStack } from './stack.ts'

/** A front that has started. */
export interface RunningFront {
  readonly client: CaseClient
  stop(): Promise<void>
}

export interface Front {
  readonly name: string
  /** A program that must be installed. */
  readonly peers?: readonly PeerName[]
  readonly skips: Skips
  start(): Promise<RunningFront>
}

const quiet = { log: () => {} }
const environ = { 'conformance.deployer': 'yes' }
const local = { host: '127.0.0.1', port: 0 }
const addressOf = (server: { address(): AddressInfo | string | null }): { host: string; port: number } => ({
  host: '127.0.0.1',
  port: (server.address() as AddressInfo).port,
})

const noLength = { 'no CONTENT_LENGTH where none was sent': 'forward says 0: uwsgi frames the body by it' }

/** What WSGI (PEP 3333) does not have; its own keys are checked by wsgiref.validate. */
const wsgi: Skips = {
  'the tsgi keys': 'WSGI calls its keys otherwise',
  'an empty chunk may come before startResponse': 'PEP 3333 wants start_response before any bytestring',
}

const noUpgrade = { upgrade: 'WSGI does not hand over connections' }

const byClose = 'a uwsgi answer without a length ends with its connection, which nginx takes for its end'

export const fronts: readonly Front[] = [
  {
    name: 'memory',
    skips: {},
    start: async () => ({ client: memoryClient(conformanceApplication()), stop: async () => {} }),
  },
  { name: 'http', skips: {}, start: startHttp },
  { name: 'uwsgi', skips: noLength, start: startUwsgi },
  { name: 'reference', skips: {}, start: startReference },
  {
    name: 'node:http',
    skips: { 'Date and Server are added': 'node:http adds no Server' },
    start: startNode,
  },
  {
    name: 'proxy -> container',
    skips: {},
    start: () => startTiers('trivet-proxy', { informational: 'the proxy does not pass 103 on' }),
  },
  {
    name: 'nginx -> container',
    peers: ['nginx'],
    skips: {
      'excInfo after the headers is thrown again': byClose,
      'an error after the first chunk breaks the connection, is logged, and the body closed': byClose,
      'a header that comes twice is one value': 'nginx before 1.23 passes on the first',
    },
    start: () =>
      startTiers('nginx', {
        informational: 'nginx before 1.29 does not pass 103 on',
        upgrade: 'uwsgi_pass of nginx does not upgrade',
        trailers: 'uwsgi_pass of nginx drops trailers',
      }),
  },
  { name: 'http -> Python', peers: ['python3'], skips: { ...wsgi }, start: startPythonHttp },
  {
    name: 'proxy -> Python',
    peers: ['python3'],
    skips: { ...wsgi },
    start: () => startTiers('trivet-proxy', noUpgrade, python),
  },
  {
    name: 'nginx -> Python',
    peers: ['nginx', 'python3'],
    skips: {
      ...wsgi,
      'excInfo after the headers is thrown again': byClose,
      'an error after the first chunk breaks the connection, is logged, and the body closed': byClose,
      'a header that comes twice is one value': 'nginx before 1.23 passes on the first',
    },
    start: () => startTiers('nginx', noUpgrade, python),
  },
]

/** The same application in Python; some of its routes wait for another request. */
const python = ['--wsgi-file', fixture('conformance.py'), '--threads', '4', '--plugin', 'python3']

async function startPythonHttp(): Promise<RunningFront> {
  const address = { host: '127.0.0.1', port: await freePort() }
  const args = ['--http', `${address.host}:${address.port}`, ...python]
  const child = await Child.start(bin('trivet-container'), args)
  await listening(address)
  return {
    client: httpClient(address, {
      lacks: { deployer: 'the container has no option for it', ...noUpgrade },
      log: () => child.output,
    }),
    async stop() {
      await child.stop('SIGTERM')
    },
  }
}

async function startHttp(): Promise<RunningFront> {
  const errors: Error[] = []
  const application = conformanceApplication()
  await application.start?.()
  const server = serveHttp(application, { ...quiet, environ, onError: (error) => errors.push(error) })
  await server.listen(local)
  return {
    client: httpClient(addressOf(server), { log: () => errors.join('\n') }),
    stop: async () => await server.close(),
  }
}

async function startReference(): Promise<RunningFront> {
  const errors: Error[] = []
  const onError = (error: Error): number => errors.push(error)
  const server = await serve(conformanceApplication(), { ...local, environ, onError, log: () => {} })
  const client = httpClient({ host: local.host, port: server.port }, { log: () => errors.join('\n') })
  return { client, stop: () => server.close() }
}

async function startNode(): Promise<RunningFront> {
  const application = conformanceApplication()
  await application.start?.()
  const errors: Error[] = []
  const onError = (error: Error): number => errors.push(error)
  const server = createServer(toNode(application, { environ, onError })).listen(local.port, local.host)
  await once(server, 'listening')
  return {
    client: httpClient(addressOf(server), {
      lacks: { upgrade: 'a listener of requests is not asked for upgrades' },
      log: () => errors.join('\n'),
    }),
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function startUwsgi(): Promise<RunningFront> {
  const folder = await temporaryFolder()
  const path = folder.join('app.sock')
  const errors: Error[] = []
  const application = conformanceApplication()
  await application.start?.()
  const behind = serveUwsgi(application, { ...quiet, environ, onError: (error) => errors.push(error) })
  await behind.listen({ path })
  const server = serveHttp(forward(`unix:${path}`), { ...quiet, onError: () => {} })
  await server.listen(local)
  return {
    client: httpClient(addressOf(server), { log: () => errors.join('\n') }),
    async stop() {
      await server.close()
      behind.close()
      await folder.remove()
    },
  }
}

async function startTiers(
  front: FrontName,
  lacks: Partial<Record<Ability, string>>,
  application: readonly string[] = ['--module', fixture('conformance.ts')],
): Promise<RunningFront> {
  const stack = await startStack({ front, application })
  return {
    client: httpClient(stack.address, {
      lacks: { deployer: 'the container has no option for it', ...lacks },
      log: () => stack.container.output,
    }),
    stop: () => stack.stop(),
  }
}
