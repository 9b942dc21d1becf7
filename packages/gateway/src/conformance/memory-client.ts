import type { Application } from '../contract.ts'
import { testClient, type TestClientOptions } from '../testing/test-client.ts'
import type { CaseAnswer, CaseClient, CaseRequest } from './case.ts'

const noWire = 'nothing is framed in memory'

/** Runs cases without a socket: for middleware, and for the engine itself. */
export function memoryClient(application: Application, options: TestClientOptions = {}): CaseClient {
  const client = testClient(application, { ...options, environ: { ...options.environ, ...deployer } })
  return {
    lacks: {
      wire: noWire,
      'http/1.0': noWire,
      'expect-continue': noWire,
      informational: 'fetch does not tell 1xx answers',
      trailers: 'fetch does not tell trailers',
      upgrade: 'fetch cannot upgrade',
    },
    send: async (request) => await send(client, request),
    log: () => client.errors.map(String).join('\n'),
  }
}

const deployer = { 'conformance.deployer': 'yes' }

async function send(client: ReturnType<typeof testClient>, request: CaseRequest): Promise<CaseAnswer> {
  const { method = 'GET', headers = [], target } = request
  const response = await client.fetch(target, {
    method,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
    ...(request.body === undefined ? {} : { body: bodyOf(request, request.body) }),
  })
  const answer = {
    status: response.status,
    reason: response.statusText,
    headers: [...response.headers],
    informational: [],
    trailers: [],
  }
  let body = ''
  let asked = false
  try {
    for await (const chunk of response.body ?? []) {
      body += Buffer.from(chunk).toString('latin1')
      if (request.leavesAfter !== undefined && body.includes(request.leavesAfter)) {
        return { ...answer, body, broken: true }
      }
      if (!asked && request.during !== undefined && body.includes(request.during.body)) {
        asked = true
        await client.fetch(request.during.target)
      }
    }
  } catch {
    return { ...answer, body, broken: true }
  }
  return { ...answer, body, broken: false }
}

function bodyOf(request: CaseRequest, body: string): Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> {
  const bytes = new Uint8Array(Buffer.from(body, 'latin1'))
  if (!request.chunked) return bytes
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes.subarray(0, 2))
      controller.enqueue(bytes.subarray(2))
      controller.close()
    },
  })
}
