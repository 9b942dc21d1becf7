/** The reference server; e2e runs the suite on it. */
import { expect, onTestFinished, test } from 'vitest'
import { badApplication, badApplicationCases, httpClient, runCase, stillAlive } from '../src/conformance.ts'
import type { Application } from '../src/contract.ts'
import { type ReferenceServer, serve, type ServeOptions } from '../src/serve.ts'

const started = async (application: Application, options: ServeOptions = {}): Promise<ReferenceServer> => {
  const server = await serve(application, { port: 0, log: () => {}, ...options })
  onTestFinished(() => server.close())
  return server
}

const hello: Application = (_environ, startResponse) => {
  startResponse('200 OK', [['Content-Type', 'text/plain']])
  return [Buffer.from('hello')]
}

test('serves, tells each answer, and calls start and stop', async () => {
  const lines: string[] = []
  const application: Application = Object.assign((...call: Parameters<Application>) => hello(...call), {
    start: async () => void lines.push('start'),
    stop: async () => void lines.push('stop'),
  })
  const server = await serve(application, { port: 0, log: (line) => lines.push(line) })
  const response = await fetch(`${server.origin}/a?b`)
  expect([response.headers.get('server'), await response.text()]).toEqual(['tsgi-reference', 'hello'])
  await server.close()
  expect(lines).toEqual(['start', `serving on http://127.0.0.1:${server.port}`, 'GET /a?b 200 OK', 'stop'])
})

test('an offered upgrade that the application does not take gets an ordinary answer', async () => {
  const { port } = await started(hello)
  const answer = await httpClient({ host: '127.0.0.1', port }).send({
    target: '/',
    headers: [
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
    ],
  })
  expect([answer.status, answer.body]).toEqual([200, 'hello'])
  expect(answer.headers).toContainEqual(['Server', 'tsgi-reference'])
})

test('checks the contract, unless told not to', async () => {
  const errors: Error[] = []
  const careless: Application = (environ, startResponse) => {
    environ.PATH_INFO = 'no slash'
    startResponse('200 OK', [['Content-Type', 'text/plain']])
    return ['text'] as never
  }
  const { origin } = await started(careless, { onError: (error) => errors.push(error) })
  expect((await fetch(origin)).status).toBe(500)
  const unchecked = await started(careless, { lint: false, onError: (error) => errors.push(error) })
  expect((await fetch(unchecked.origin)).status).toBe(500)
  expect(errors.map(({ name }) => name)).toEqual(['LintError', 'GatewayError'])
})

test('a port in use, and a start that fails, are errors', async () => {
  const { port } = await started(hello)
  await expect(serve(hello, { port, log: () => {} })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  const failing = Object.assign((...call: Parameters<Application>) => hello(...call), {
    start: () => Promise.reject(new Error('no database')),
  })
  await expect(serve(failing, { port: 0 })).rejects.toThrow('no database')
})

test('bad applications: the client is told, the log says why, the server lives on', async () => {
  const errors: string[] = []
  const onError = (error: Error): number =>
    errors.push(`${'code' in error ? String(error.code) : ''}: ${error.message}`)
  const { port } = await started(badApplication, { lint: false, onError })
  const client = httpClient({ host: '127.0.0.1', port }, { log: () => errors.join('\n') })
  for (const one of badApplicationCases) {
    errors.length = 0
    expect(await runCase(one, client)).toEqual({ name: one.name, outcome: 'pass', reason: '' })
    expect((await runCase(stillAlive, client)).reason).toBe('')
    expect(errors.length).toBe(one.logged === undefined ? 0 : 1)
  }
})
