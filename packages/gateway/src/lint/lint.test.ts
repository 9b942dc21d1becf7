import { expect, test } from 'vitest'
import { Recorder } from '../../test/recorder.ts'
import type { Application, Body, Bytes, Environ, HeaderList, StartResponse } from '../contract.ts'
import { lint } from '../lint.ts'
import type { LintCode } from '../lint.ts'
import { InputQueue } from '../server.ts'

const text = (value: string): Bytes => Buffer.from(value)
const fine: Application = (_environ, startResponse) => {
  startResponse('200 OK', [['Content-Type', 'text/plain']])
  return [text('fine')]
}
const noStart: StartResponse = () => () => {}

function codeOf(act: () => unknown): string | undefined {
  try {
    act()
  } catch (error) {
    return (error as { code?: string }).code
  }
  return undefined
}

test('a faithful server and application pass, with any kind of body', async () => {
  const bodies: (() => Body)[] = [
    () => [text('a')],
    () => new Set([text('a'), text('b')]),
    async function* () {
      yield text('a')
    },
  ]
  for (const body of bodies) {
    const sink = new Recorder()
    await sink.run(
      lint((_environ, startResponse) => {
        startResponse('200 OK', [])
        return body()
      }),
    )
    expect(sink.errors).toEqual([])
    expect(sink.calls.at(-1)).toBe('end')
  }
})

test.for<[LintCode, Record<string, unknown>]>([
  ['environ-missing', { PATH_INFO: missing }],
  ['environ-missing', { 'tsgi.signal': missing }],
  ['environ-empty', { SERVER_NAME: '' }],
  ['environ-string', { QUERY_STRING: null }],
  ['environ-string', { HTTP_X: undefined }],
  ['environ-string', { HTTP_X: '\u20ac' }],
  ['environ-method', { REQUEST_METHOD: 'G T' }],
  ['environ-path', { PATH_INFO: 'a' }],
  ['environ-path', { SCRIPT_NAME: '/' }],
  ['environ-length', { CONTENT_LENGTH: 'x' }],
  ['environ-header', { HTTP_CONTENT_TYPE: 'a' }],
  ['environ-https', { HTTPS: 'on' }],
  ['environ-tsgi', { 'tsgi.version': [2, 0] }],
  ['environ-tsgi', { 'tsgi.input': {} }],
  ['environ-tsgi', { 'tsgi.protocol': ['WebSocket'] }],
  ['environ-own-key', { myKey: 'x' }],
])('server: %s for %o', ([code, changes]) => {
  const environ: Record<string, unknown> = { ...new Recorder().environ(), ...changes }
  for (const key of Object.keys(changes)) if (changes[key] === missing) delete environ[key]
  expect(codeOf(() => lint(fine)(environ as unknown as Environ, noStart))).toBe(code)
})

function missing(): void {}

test('server: arguments, a shared environ, the write function', () => {
  const linted = lint(fine) as (...args: unknown[]) => unknown
  const environ = new Recorder().environ()
  expect(codeOf(() => linted(environ))).toBe('call-arguments')
  expect(codeOf(() => linted(null, noStart))).toBe('environ-object')
  expect(codeOf(() => linted(environ, () => undefined))).toBe('start-write')
  expect(codeOf(() => linted(environ, noStart))).toBe('environ-object')
})

const headers = (...list: unknown[]): HeaderList => list as HeaderList
test.for<[LintCode, (start: StartResponse) => unknown]>([
  ['start-status', (start) => start('200', [])],
  ['start-headers', (start) => start('200 OK', headers('X: y'))],
  ['start-headers', (start) => start('200 OK', headers(['X', 1]))],
  ['start-header-name', (start) => start('200 OK', [['X y', '']])],
  ['start-header-value', (start) => start('200 OK', [['X', 'a\nb']])],
  ['start-hop-by-hop', (start) => start('200 OK', [['Connection', 'close']])],
  ['start-content-type', (start) => start('204 No Content', [['Content-Type', 'a/b']])],
  ['start-length', (start) => start('200 OK', [['Content-Length', '-1']])],
  ['start-length', (start) => start('204 No Content', [['Content-Length', '0']])],
  ['start-twice', (start) => [start('200 OK', []), start('200 OK', [])]],
  ['start-arguments', (start) => start('200 OK', [], 'no error' as unknown as Error)],
  ['start-missing', () => [text('x')]],
  ['body-kind', (start) => (start('200 OK', []), 'text')],
  ['body-kind', (start) => (start('200 OK', []), text('bare'))],
  ['body-kind', (start) => (start('200 OK', []), () => {})],
  ['body-chunk', (start) => (start('200 OK', []), ['text'])],
  ['body-chunk', (start) => start('200 OK', [])('text' as unknown as Bytes)],
  ['body-length', (start) => (start('200 OK', [['Content-Length', '1']]), [text('ab')])],
  ['body-length', (start) => (start('200 OK', [['Content-Length', '3']]), [text('ab')])],
  ['body-length', (start) => (start('200 OK', [['Content-Length', '3']]), new Set([text('ab')]))],
])('application: %s', ([code, act]) => {
  const sink = new Recorder()
  void sink.run(lint((_environ, startResponse) => act(startResponse) as Body))
  expect(sink.errors).toEqual([code])
})

test('application: an error that startResponse rethrew is swallowed', () => {
  const sink = new Recorder()
  void sink.run(
    lint((_environ, startResponse) => {
      const write = startResponse('200 OK', [])
      void write(text('a'))
      expect(() => startResponse('500 Oops', [], new Error('late'))).toThrow('late')
      return [text('b')]
    }),
  )
  expect(sink.errors).toEqual(['start-swallowed'])
})

test('application: input sizes and error text', async () => {
  const sink = new Recorder()
  await sink.run(
    lint(async (environ, startResponse) => {
      expect(codeOf(() => environ['tsgi.errors'].write(1 as unknown as string))).toBe('errors-text')
      await expect(environ['tsgi.input'].read(1.5)).rejects.toMatchObject({ code: 'input-size' })
      expect(Buffer.from(await environ['tsgi.input'].read(2)).toString()).toBe('ab')
      return fine(environ, startResponse)
    }),
    { 'tsgi.input': inputOf('abc') },
  )
  expect(sink.errors).toEqual([])
})

test('server: an input that gives more than was asked for, or no bytes', async () => {
  const environ = new Recorder().environ()
  environ['tsgi.input'] = Object.assign(inputOf('abc'), { read: async () => text('abc') })
  const linted = lint(fine)
  void linted(environ, noStart)
  await expect(environ['tsgi.input'].read(2)).rejects.toMatchObject({ code: 'input-chunk', side: 'server' })
})

function inputOf(body: string): InputQueue {
  const queue = new InputQueue({ pause() {}, resume() {} })
  queue.push(text(body))
  queue.end()
  return queue
}

test('server: what it does with a body, in the wrong order', () => {
  const started: Application = (_environ, startResponse) => {
    startResponse('200 OK', [])
    return new Set([text('a'), text('b')])
  }
  const bodyOf = (): Iterable<Bytes> & { close(): void } =>
    lint(started)(new Recorder().environ(), noStart) as Iterable<Bytes> & { close(): void }
  const closed = bodyOf()
  const iterator = closed[Symbol.iterator]()
  iterator.next()
  closed.close()
  expect(codeOf(() => iterator.next())).toBe('body-closed')
  expect(codeOf(() => closed.close())).toBe('body-close-once')
  const twice = bodyOf()
  twice[Symbol.iterator]()
  expect(codeOf(() => twice[Symbol.iterator]())).toBe('body-iterated-twice')
})

test('server: a second chunk asked for before the first has come', async () => {
  const slow: Application = async function* (_environ, startResponse) {
    startResponse('200 OK', [])
    yield text('a')
  }
  const body = lint(slow)(new Recorder().environ(), noStart) as AsyncIterable<Bytes>
  const iterator = body[Symbol.asyncIterator]()
  const first = iterator.next()
  await expect(iterator.next()).rejects.toMatchObject({ code: 'body-concurrent', side: 'server' })
  await first
})

test('a message names the rule, what was got, and whose duty it is', () => {
  expect(() => lint(fine)({ ...new Recorder().environ(), SERVER_NAME: '' }, noStart)).toThrow(
    /^environ-empty: .*SERVER_NAME.* are not empty \(the server's duty\); got an empty `SERVER_NAME`$/,
  )
})
