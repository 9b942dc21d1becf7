import { once } from 'node:events'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Application, Body, Bytes, Environ, HeaderList, StartResponse } from '../contract.ts'
import { Recorder } from '../../test/recorder.ts'

const text = (value: string): Bytes => Buffer.from(value)
const plain: HeaderList = [['A', 'b']]

function answering(body: () => Body, status = '200 OK', headers: HeaderList = plain): Application {
  return (_environ, startResponse) => {
    startResponse(status, headers)
    return body()
  }
}

/** A body of any iterable that counts what is done to it. */
function watched(chunks: Iterable<Bytes | Error>, log: string[]): Body {
  function* iterate(): Generator<Bytes> {
    try {
      for (const chunk of chunks) {
        if (chunk instanceof Error) throw chunk
        yield chunk
      }
    } finally {
      log.push('finally')
    }
  }
  const iterator = iterate()
  return { [Symbol.iterator]: () => iterator, close: () => void log.push('close') }
}

test('an array body is whole, synchronous, and its length is the sum', () => {
  const sink = new Recorder()
  expect(sink.run(answering(() => [text('ab'), text(''), text('cde')]))).toBeUndefined()
  expect(sink.calls).toEqual(['start 200 OK A=b&Content-Length=5 5', 'write ab', 'write cde', 'end'])
  expect(plain).toEqual([['A', 'b']])
})

test('an iterable is flushed chunk by chunk, and its length unknown', () => {
  const sink = new Recorder()
  const body = (): Body => new Set([text('ab'), text(''), text('c')])
  expect(sink.run(answering(body))).toBeUndefined()
  expect(sink.calls).toEqual(['start 200 OK A=b undefined', 'write ab', 'flush', 'write c', 'flush', 'end'])
})

test('an async generator is an application, and may start inside its first step', async () => {
  const sink = new Recorder()
  await sink.run(async function* (_environ, startResponse) {
    startResponse('200 OK', [])
    yield text('x')
  })
  expect(sink.calls).toEqual(['start 200 OK  undefined', 'write x', 'flush', 'end'])
})

test('an empty iterable has Content-Length 0', () => {
  const sink = new Recorder()
  void sink.run(answering(() => new Set<Bytes>()))
  expect(sink.calls).toEqual(['start 200 OK A=b&Content-Length=0 0', 'end'])
})

test.for<[string, string, Partial<Environ>, HeaderList, string]>([
  ['HEAD keeps the length', '200 OK', { REQUEST_METHOD: 'HEAD' }, plain, 'start 200 OK A=b&Content-Length=2 0'],
  ['204 loses it', '204 No Content', {}, [['Content-Length', '2']], 'start 204 No Content  0'],
  [
    '304 keeps what was declared',
    '304 Not Modified',
    {},
    [['Content-Length', '9']],
    'start 304 Not Modified Content-Length=9 0',
  ],
  ['304 gets none', '304 Not Modified', {}, plain, 'start 304 Not Modified A=b 0'],
])('%s', ([_name, status, changes, headers, expected]) => {
  for (const body of [(): Body => [text('ab')], (): Body => [text('a'), text('b')]]) {
    const sink = new Recorder()
    void sink.run(answering(body, status, headers), changes)
    expect(sink.calls).toEqual([expected, 'end'])
  }
})

test('HEAD asks a generator for no more than its first chunk, and closes it', () => {
  const sink = new Recorder()
  const log: string[] = []
  void sink.run(
    answering(() => watched([text('a'), new Error('asked for more')], log)),
    { REQUEST_METHOD: 'HEAD' },
  )
  expect(sink.calls).toEqual(['start 200 OK A=b 0', 'end'])
  expect(log).toEqual(['close', 'finally'])
  expect(sink.errors).toEqual([])
})

test('write comes before the body and sends at once', () => {
  const sink = new Recorder()
  void sink.run((_environ, startResponse) => {
    const write = startResponse('200 OK', plain)
    void write(text(''))
    expect(sink.calls).toEqual(['start 200 OK A=b undefined', 'flush'])
    void write(text('a'))
    return [text('b')]
  })
  expect(sink.calls.slice(2)).toEqual(['write a', 'flush', 'write b', 'end'])
})

test.for<[string, Body, string[]]>([
  ['a list that is too long', [text('abc')], ['start 500']],
  ['a list that is too short', [text('a')], ['start 500']],
  ['an iterable whose first chunk is too long', new Set([text('abc')]), ['start 500']],
  [
    'an iterable that goes on too long',
    new Set([text('ab'), text('c')]),
    ['start 200', 'write ab', 'flush', 'abort body-too-long'],
  ],
  ['an iterable that stops early', new Set([text('a')]), ['start 200', 'write a', 'flush', 'abort body-too-short']],
  ['an iterable that is empty', new Set<Bytes>(), ['start 500']],
])('Content-Length 2 and %s', ([name, body, expected]) => {
  const sink = new Recorder()
  void sink.run(answering(() => body, '200 OK', [['Content-Length', '2']]))
  const calls = sink.calls.map((call) => (call.startsWith('start') ? call.slice(0, 9) : call))
  expect(calls.slice(0, expected.length)).toEqual(expected)
  expect(sink.errors).toEqual([/long/.test(name) ? 'body-too-long' : 'body-too-short'])
})

test('exact Content-Length is given to the sink', () => {
  const sink = new Recorder()
  void sink.run(answering(() => new Set([text('ab')]), '200 OK', [['content-length', '2']]))
  expect(sink.calls).toEqual(['start 200 OK content-length=2 2', 'write ab', 'flush', 'end'])
})

const nothing: Body = []
test.for<[string, (start: StartResponse) => unknown, string]>([
  ['no startResponse', () => nothing, 'start-response-missing'],
  ['a status without reason', (start) => start('200', []), 'status-invalid'],
  ['a number as status', (start) => start(200 as unknown as string, []), 'status-invalid'],
  ['an informational status', (start) => start('100 Continue', []), 'status-invalid'],
  ['CR LF in the status', (start) => start('200 OK\r\nX: y', []), 'status-invalid'],
  ['CR LF in a value', (start) => start('200 OK', [['X', 'a\r\nY: b']]), 'header-value-invalid'],
  ['NUL in a value', (start) => start('200 OK', [['X', 'a\0']]), 'header-value-invalid'],
  ['a value outside latin-1', (start) => start('200 OK', [['X', '\u20ac']]), 'header-value-invalid'],
  ['a number as value', (start) => start('200 OK', [['X', 1 as unknown as string]]), 'header-value-invalid'],
  ['a space in a name', (start) => start('200 OK', [['X y', 'a']]), 'header-name-invalid'],
  ['an empty name', (start) => start('200 OK', [['', 'a']]), 'header-name-invalid'],
  ['an object of headers', (start) => start('200 OK', {} as HeaderList), 'header-name-invalid'],
  ['a flat list of headers', (start) => start('200 OK', ['X', 'y'] as unknown as HeaderList), 'header-name-invalid'],
  ['Transfer-Encoding', (start) => start('200 OK', [['Transfer-Encoding', 'chunked']]), 'header-refused'],
  ['Connection', (start) => start('200 OK', [['connection', 'close']]), 'header-refused'],
  [
    'two lengths',
    (start) =>
      start('200 OK', [
        ['Content-Length', '1'],
        ['content-length', '1'],
      ]),
    'content-length-invalid',
  ],
  ['a signed length', (start) => start('200 OK', [['Content-Length', '+1']]), 'content-length-invalid'],
  ['a second startResponse', (start) => (start('200 OK', []), start('201 Created', [])), 'start-response-twice'],
  ['a string body', (start) => (start('200 OK', []), 'hello'), 'body-kind'],
  ['no body', (start) => (start('200 OK', []), undefined), 'body-kind'],
  ['a bare buffer', (start) => (start('200 OK', []), text('hello')), 'body-chunk'],
  ['an array of strings', (start) => (start('200 OK', []), ['hello']), 'body-chunk'],
  ['a 101 without a streaming body', (start) => (start('101 Switching Protocols', []), []), 'body-kind'],
  ['a streaming body without a 101', (start) => (start('200 OK', []), () => {}), 'body-kind'],
  ['an upgrade nobody offered', (start) => (start('101 S', [['tsgi.protocol', 'x']]), () => {}), 'upgrade-refused'],
])('%s is answered with 500 and told', ([_name, act, code]) => {
  const sink = new Recorder()
  void sink.run((_environ, startResponse) => act(startResponse) as Body)
  expect(sink.errors).toEqual([code])
  expect(sink.calls[0]).toMatch(/^start 500 /)
  expect(sink.calls.at(-1)).toBe('end')
})

test('excInfo replaces the head until it is sent', () => {
  const sink = new Recorder()
  void sink.run((_environ, startResponse) => {
    startResponse('200 OK', plain)
    startResponse('503 Busy', [['B', 'c']], new Error('why'))
    return [text('x')]
  })
  expect(sink.calls[0]).toBe('start 503 Busy B=c&Content-Length=1 1')
  expect(sink.errors).toEqual([])
})

test('excInfo is thrown back once the head is sent', () => {
  const sink = new Recorder()
  void sink.run(function* (_environ: Environ, startResponse: StartResponse) {
    startResponse('200 OK', plain)
    yield text('x')
    startResponse('500 Oops', plain, new Error('late'))
  } as Application)
  expect(sink.calls.slice(1)).toEqual(['write x', 'flush', 'abort late'])
  expect(sink.errors).toEqual(['late'])
})

test('an application that throws before and after its first byte', async () => {
  for (const rejects of [false, true]) {
    const sink = new Recorder()
    await sink.run(rejects ? () => Promise.reject(new Error('boom')) : () => fail('boom'))
    expect(sink.calls[0]).toMatch(/^start 500 Internal Server Error .*Content-Length=22 22$/)
    expect(sink.calls.slice(1)).toEqual(['write Internal Server Error\n', 'end'])
    expect(sink.errors).toEqual(['boom'])
  }
  const sink = new Recorder()
  const log: string[] = []
  void sink.run(answering(() => watched([text('x'), new Error('later')], log)))
  expect(sink.calls.slice(1)).toEqual(['write x', 'flush', 'abort later'])
  expect(log).toEqual(['finally', 'close'])
})

function fail(message: string): never {
  throw new Error(message)
}

test('what is thrown need not be an Error', () => {
  const sink = new Recorder()
  void sink.run(() => {
    // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error
    throw 'text'
  })
  expect(sink.errors).toEqual(['a thrown string: text'])
})

test('a slow client is waited for', async () => {
  for (const kind of ['sync', 'async'] as const) {
    const sink = new Recorder()
    const gate = Promise.withResolvers<void>()
    sink.slow = gate.promise
    let asked = 0
    function* chunks(): Generator<Bytes> {
      for (asked = 1; asked <= 2; asked += 1) yield text(String(asked))
    }
    async function* slowly(): AsyncGenerator<Bytes> {
      yield* chunks()
    }
    const ended = sink.run(answering(kind === 'sync' ? chunks : slowly))
    await Promise.resolve().then(() => Promise.resolve())
    expect(asked).toBe(1)
    gate.resolve()
    await ended
    expect(sink.calls.slice(1)).toEqual(['write 1', 'flush', 'write 2', 'flush', 'end'])
  }
})

test('a client that goes closes a body that sleeps, once, and the signal tells the application', async () => {
  const sink = new Recorder()
  const log: string[] = []
  const ended = sink.run((environ, startResponse) => {
    startResponse('200 OK', [])
    environ['tsgi.signal'].addEventListener('abort', () => log.push('signal'))
    const forever: AsyncIterator<Bytes> = {
      next: () => new Promise(() => {}),
      return: () => (log.push('return'), Promise.resolve({ done: true, value: undefined })),
    }
    return { [Symbol.asyncIterator]: () => forever, close: () => void log.push('close') }
  })
  sink.disconnect.abort()
  sink.disconnect.abort()
  await ended
  expect(log).toEqual(['signal', 'close', 'return'])
  expect(sink.calls).toEqual([])
  expect(sink.errors).toEqual([])
})

test('without a disconnect in the sink, tsgi.signal is listened to', async () => {
  const sink = new Recorder()
  const controller = new AbortController()
  const bare = { start() {}, write() {}, flush() {}, end() {}, abort() {} }
  const log: string[] = []
  const { run } = await import('./run.ts')
  const sleeping = {
    [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }),
    close: () => void log.push('close'),
  }
  const ended = run(
    answering(() => sleeping),
    { ...sink.environ(), 'tsgi.signal': controller.signal },
    bare,
  )
  controller.abort()
  await ended
  expect(log).toEqual(['close'])
})

test('an application that answers after the client went has its body closed, and its write throws', async () => {
  const sink = new Recorder()
  const gate = Promise.withResolvers<void>()
  const log: string[] = []
  const ended = sink.run(async (_environ, startResponse) => {
    await gate.promise
    const write = startResponse('200 OK', [])
    expect(() => write(text('x'))).toThrow(expect.objectContaining({ code: 'disconnected' }))
    return watched([text('x')], log)
  })
  sink.disconnect.abort()
  gate.resolve()
  await ended
  expect(log).toEqual(['close'])
  expect(sink.calls).toEqual([])
})

test('errors of close and of hooks are told, and the other hooks still run, the last first', () => {
  const sink = new Recorder()
  const log: unknown[] = []
  const body = { [Symbol.iterator]: () => [text('a')].values(), close: () => fail('close') }
  void sink.run(
    answering(() => body),
    {
      'tsgi.response_finished': [
        (_environ, status, _headers, error) => log.push(status, error),
        () => fail('hook'),
        () => log.push('last'),
      ],
    },
  )
  expect(sink.errors).toEqual(['close', 'hook'])
  expect(log).toEqual(['last', '200 OK', undefined])
  expect(sink.calls.at(-1)).toBe('end')
})

test('an asynchronous close is waited for', async () => {
  const sink = new Recorder()
  const gate = Promise.withResolvers<void>()
  let ended = false
  const body = Object.assign([text('a')], { close: () => gate.promise })
  const done = Promise.resolve(sink.run(answering(() => body))).then(() => (ended = true))
  expect(sink.calls.at(-1)).toBe('end')
  await Promise.resolve()
  expect(ended).toBe(false)
  gate.resolve()
  await done
})

test('trailers are asked for only when the client takes them', async () => {
  const body = (): Body =>
    Object.assign(new Set([text('a')]), { trailers: async (): Promise<HeaderList> => [['T', '1']] })
  const sink = new Recorder()
  await sink.run(answering(body), { 'tsgi.trailers': true })
  expect(sink.calls.at(-1)).toBe('end T=1')
  const without = new Recorder()
  void without.run(answering(body))
  expect(without.calls.at(-1)).toBe('end')
})

test('a trailer may not frame the message', () => {
  const sink = new Recorder()
  const trailers = (): HeaderList => [['Content-Length', '1']]
  void sink.run(
    answering(() => Object.assign(new Set([text('a')]), { trailers })),
    { 'tsgi.trailers': true },
  )
  expect(sink.calls.at(-1)).toBe('abort header-refused')
})

test('early hints go out before the head and are checked', () => {
  const sink = new Recorder()
  void sink.run((environ, startResponse) => {
    environ['tsgi.early_hints']?.([['Link', '</a.css>']])
    expect(() => environ['tsgi.early_hints']?.([['Link', 'a\n']])).toThrow(/Link/)
    startResponse('200 OK', [])
    return []
  })
  expect(sink.calls[0]).toBe('inform 103 Early Hints Link=</a.css>')
})

test('an upgrade hands over the stream and ends when it is closed', async () => {
  const sink = new Recorder()
  const log: string[] = []
  const body = Object.assign((stream: NodeJS.WritableStream) => void stream.end('bye'), {
    close: () => void log.push('close'),
  })
  const headers: HeaderList = [['tsgi.protocol', 'websocket']]
  const ended = sink.run(
    answering(() => body as Body, '101 Switching Protocols', headers),
    { 'tsgi.protocol': ['websocket'] },
  )
  expect(sink.calls).toEqual(['upgrade 101 Switching Protocols 0 websocket'])
  expect(String(await once(sink.stream ?? fail('no stream'), 'data'))).toBe('bye')
  await ended
  expect(log).toEqual(['close'])
})

test('an upgraded application that throws destroys the stream', async () => {
  const sink = new Recorder()
  const headers: HeaderList = [['tsgi.protocol', 'websocket']]
  const application = answering(() => () => fail('inside'), '101 Switching Protocols', headers)
  await sink.run(application, { 'tsgi.protocol': ['websocket'] })
  expect(sink.stream?.destroyed).toBe(true)
  expect(sink.errors).toEqual(['inside'])
})

test('any chunking of a body, in any kind of iterable, writes the same bytes in order and closes once', async () => {
  const chunks = fc.array(fc.string({ maxLength: 5 }), { maxLength: 6 })
  const kind = fc.constantFrom('array', 'sync', 'async', 'write')
  await fc.assert(
    fc.asyncProperty(chunks, kind, fc.boolean(), async (list, how, declares) => {
      const parts = list.map(text)
      const total = parts.reduce((sum, part) => sum + part.length, 0)
      const sink = new Recorder()
      let closed = 0
      const headers: HeaderList = declares ? [['Content-Length', String(total)]] : []
      await sink.run((_environ, startResponse) => {
        const write = startResponse('200 OK', headers)
        if (how === 'write') for (const part of parts) void write(part)
        const body: Body =
          how === 'array' ? [...parts] : how === 'sync' ? new Set(parts) : how === 'write' ? [] : stream(parts)
        return Object.assign(body, { close: () => void (closed += 1) })
      })
      const written = sink.calls.filter((call) => call.startsWith('write ')).map((call) => call.slice(6))
      expect(written.join('')).toBe(Buffer.concat(parts).toString('latin1'))
      expect(sink.calls.filter((call) => call.startsWith('start '))).toHaveLength(1)
      expect(sink.calls.at(-1)).toBe('end')
      expect([closed, sink.errors]).toEqual([1, []])
    }),
  )
})

async function* stream(parts: Bytes[]): AsyncGenerator<Bytes> {
  yield* parts
}

test('no status and no header, however wrong, reaches the wire with a control character', () => {
  const wild = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('a\r\nb', 'x\0', 'tab\tbed', '\u00e9'))
  fc.assert(
    fc.property(wild, wild, wild, (status, name, value) => {
      const sink = new Recorder()
      void sink.run(answering(() => [], `200 ${status}`, [[name, value]]))
      // oxlint-disable-next-line no-control-regex
      expect(sink.calls[0]).not.toMatch(/[\0-\x08\x0a-\x1f\x7f]/)
    }),
  )
})

test('a client that goes while the last bytes leave does not make close() come twice', async () => {
  const sink = new Recorder()
  const log: string[] = []
  const gate = Promise.withResolvers<void>()
  sink.end = () => sink.disconnect.abort()
  const ended = sink.run(async (_environ, startResponse) => {
    await gate.promise
    startResponse('200 OK', [])
    return watched([text('x')], log)
  })
  gate.resolve()
  await ended
  expect(log).toEqual(['finally', 'close'])
})
