import type { Application, Body } from '@trivet/gateway'
import { testClient } from '@trivet/gateway/testing'
import { expect, test } from 'vitest'
import { Stream, chunksOf, never, plain, text } from '../test/probe.ts'
import { timeout } from './timeout.ts'

const errors = { write() {}, writelines() {}, flush() {} }
const environ = { 'tsgi.errors': errors }
const client = (milliseconds: number, application: Application): ReturnType<typeof testClient> =>
  testClient(timeout(milliseconds)(application), { environ })

/** Does what fetch and the like do with a signal. */
const heeding: Application = (environ) => {
  const signal = environ['tsgi.signal']
  return new Promise<Body>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

test('what answers in time is let be', async () => {
  for (const application of [text('a'), new Stream(['a']).application, new Stream(['a']).late]) {
    const response = await client(60_000, application).fetch('/')
    expect([response.status, await response.text()]).toEqual([200, 'a'])
  }
})

test.each([
  ['no body', () => new Promise<Body>(() => {})],
  ['the signal heeded', heeding],
  ['no first chunk', new Stream([never()]).application],
  ['no first chunk, no head', new Stream([never()]).late],
  ['empty chunks alone', new Stream(['', never()]).application],
])('a 503: %s', async (_what, application) => {
  const timed = client(5, application)
  const response = await timed.fetch('/')
  expect([response.status, await response.text()]).toEqual([503, 'Service Unavailable\n'])
  expect(timed.errors).toEqual([])
})

test('the signal says why; a body that comes too late is closed', async () => {
  const late = Promise.withResolvers<Body>()
  const stream = new Stream(['a'])
  let reason: unknown
  const application: Application = async (environ, startResponse) => {
    const signal = environ['tsgi.signal']
    signal.addEventListener('abort', () => {
      reason = signal.reason
    })
    startResponse('200 OK', plain)
    return late.promise
  }
  expect((await client(5, application).fetch('/')).status).toBe(503)
  expect(reason).toMatchObject({ code: 'response-timeout' })
  late.resolve(Object.assign([], stream.hooks))
  await stream.closing
  expect(stream.closed).toBe(1)
})

test('startResponse after the deadline throws the reason', async () => {
  const outcome = Promise.withResolvers<unknown>()
  const released = Promise.withResolvers<void>()
  const application: Application = async (_environ, startResponse) => {
    await released.promise
    try {
      startResponse('200 OK', plain)
    } catch (error) {
      outcome.resolve(error)
    }
    return []
  }
  expect((await client(5, application).fetch('/')).status).toBe(503)
  released.resolve()
  expect(await outcome.promise).toMatchObject({ code: 'response-timeout' })
})

test('what the log is told is one line, whatever the path', async () => {
  const lines: string[] = []
  const telling = { 'tsgi.errors': { ...errors, write: (line: string) => void lines.push(line) } }
  const timed = testClient(timeout(5)(new Stream([never()]).application), { environ: telling })
  await (await timed.fetch('/a%0Ab%20c')).text()
  expect(lines).toEqual(['GET /a%0Ab%20c: no response within 5 ms\n'])
})

test('from the first chunk on a stream takes its time', async () => {
  const second = Promise.withResolvers<string>()
  const stream = new Stream(['a', second.promise])
  const reading = chunksOf(await client(5, stream.application).fetch('/'))
  expect(String((await reading.next()).value)).toBe('a')
  const elapsed = Promise.withResolvers<void>()
  setTimeout(elapsed.resolve, 10)
  await elapsed.promise
  second.resolve('b')
  expect(String((await reading.next()).value)).toBe('b')
})

test('a client that leaves closes the body and stops the clock', async () => {
  const stream = new Stream(['a', never()])
  const timed = client(60_000, stream.application)
  await (await timed.fetch('/')).body?.cancel()
  await stream.closing
  expect([stream.closed, timed.errors]).toEqual([1, []])
})

test.each([0, -1, Number.NaN, 2 ** 31])('%d is refused at once', (milliseconds) => {
  expect(() => timeout(milliseconds)).toThrow(expect.objectContaining({ code: 'option-invalid' }))
})
