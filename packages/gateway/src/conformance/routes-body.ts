/** Bodies of every kind, and what a server does with them. */
import { closeSync, openSync, writeFileSync, rmSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { Body, Bytes } from '../contract.ts'
import { lacking, type Route, text, type Visit } from './route.ts'

/** A body of an iterable whose closing is noted; each chunk as it is asked for. */
function noted(visit: Visit, chunks: () => Iterable<Bytes> | AsyncIterable<Bytes>): Body {
  return Object.assign(chunks(), { close: () => visit.note('closed') })
}

function* from(...parts: readonly (string | Error)[]): Generator<Bytes> {
  for (const part of parts) {
    if (part instanceof Error) throw part
    yield text(part)
  }
}

const boom = (): Error => new Error('conformance: boom')

/** The members of a body that a server may use. */
const allowed = new Set(['close', 'trailers', 'length', 'return', 'next', 'then', 'constructor'])

export const bodyRoutes: Readonly<Record<string, Route>> = {
  '/array': (visit) => {
    visit.start('200 OK', [])
    return [text('ab'), text(''), text('cde')]
  },
  '/single': (visit) => {
    visit.start('200 OK', [])
    return noted(visit, () => from('single'))
  },
  '/chunks': (visit) => {
    visit.start('200 OK', [])
    return noted(visit, () => from('one ', '', 'two ', 'three'))
  },
  '/one-by-one': (visit) => {
    visit.start('200 OK', [['X-Accel-Buffering', 'no']])
    const released = visit.released()
    return (async function* () {
      yield text('first')
      await released
      yield text(' second')
    })()
  },
  '/written-one-by-one': async (visit) => {
    const released = visit.released()
    const write = visit.start('200 OK', [['X-Accel-Buffering', 'no']])
    await write(text('first'))
    await released
    return [text(' second')]
  },
  '/write-and-yield': async (visit) => {
    const write = visit.start('200 OK', [])
    await write(text('written '))
    return noted(visit, () => from('yielded'))
  },
  '/bytes': (visit) => {
    visit.start('200 OK', [['Content-Type', 'application/octet-stream']])
    return [Uint8Array.from({ length: 256 }, (_, i) => i)]
  },
  '/watched': (visit) => {
    visit.start('200 OK', [])
    return watched(visit)
  },
  '/closed-after-error': (visit) => {
    visit.start('200 OK', [])
    return noted(visit, () => from('sent', boom()))
  },
  '/closed-when-gone': (visit) => {
    visit.start('200 OK', [['X-Accel-Buffering', 'no']])
    const endless = async function* (): AsyncGenerator<Bytes> {
      for (;;) {
        yield Buffer.alloc(16 * 1024, 'x')
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    return noted(visit, endless)
  },
  '/error-at-once': () => {
    throw boom()
  },
  '/error-before-bytes': (visit) => {
    visit.start('200 OK', [['X-Unsent', '1']])
    return noted(visit, () => from('', boom()))
  },
  '/too-long': (visit) => {
    visit.start('200 OK', [['Content-Length', '2']])
    return noted(visit, () => from('ab', 'c'))
  },
  '/too-short': (visit) => {
    visit.start('200 OK', [['Content-Length', '5']])
    return noted(visit, () => from('ab'))
  },
  '/file': (visit) => file(visit, [], undefined),
  '/file-part': (visit) => file(visit, [['Content-Length', '3']], 3),
  '/finished': (visit) => finished(visit, () => from('ok')),
  '/finished-after-error': (visit) => finished(visit, () => from('', boom())),
  '/trailers': (visit) => {
    const { environ, start } = visit
    if (environ['tsgi.trailers'] !== true) return lacking(start, 'tsgi.trailers')
    start('200 OK', [['Trailer', 'X-Sum']])
    return Object.assign(from('with ', 'trailers'), { trailers: (): [string, string][] => [['X-Sum', '42']] })
  },
  '/upgrade': (visit) => upgrade(visit),
  '/lifespan': (visit) => {
    visit.start('200 OK', [])
    return [text(visit.started() ? 'started' : 'not started')]
  },
}

function watched(visit: Visit): Body {
  let iterations = 0
  const target = {
    [Symbol.iterator]: () => {
      iterations += 1
      return from('watched')
    },
    close: () => visit.note(`iterated ${iterations} times`),
  }
  return new Proxy(target, {
    get(of, key, receiver): unknown {
      if (typeof key === 'string' && !allowed.has(key)) visit.note(`used ${key}`)
      return Reflect.get(of, key, receiver)
    },
    set(_of, key) {
      visit.note(`set ${String(key)}`)
      return false
    },
  })
}

function file(visit: Visit, headers: [string, string][], length: number | undefined): Body {
  const wrapper = visit.environ['tsgi.file_wrapper']
  if (wrapper === undefined) return lacking(visit.start, 'tsgi.file_wrapper')
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'))
  const name = join(folder, 'file')
  writeFileSync(name, 'abcdefgh')
  const fd = openSync(name, 'r')
  rmSync(folder, { recursive: true })
  visit.start('200 OK', headers)
  const close = (): void => {
    closeSync(fd)
    visit.note('closed')
  }
  return wrapper(length === undefined ? { fd, offset: 2, close } : { fd, offset: 2, length, close }, 2)
}

function finished(visit: Visit, chunks: () => Iterable<Bytes>): Body {
  const { environ } = visit
  const hooks = (environ['tsgi.response_finished'] ??= [])
  hooks.push((given, status, _headers, error) => {
    const same = given.PATH_INFO === environ.PATH_INFO
    visit.note(`${same ? 'the environ' : 'another environ'}, ${status?.slice(0, 3)}, ${error?.message ?? 'no error'}`)
  })
  hooks.push(() => visit.note('the last hook first'))
  visit.start('200 OK', [])
  return noted(visit, chunks)
}

function upgrade(visit: Visit): Body {
  if (visit.environ['tsgi.protocol']?.includes('conformance') !== true) return lacking(visit.start, 'tsgi.protocol')
  visit.start('101 Switching Protocols', [
    ['tsgi.protocol', 'conformance'],
    ['X-Chosen', 'yes'],
  ])
  return async (stream: Duplex) => {
    for await (const chunk of stream as AsyncIterable<Bytes>) {
      stream.end(Buffer.from(Buffer.from(chunk).toString('latin1').toUpperCase(), 'latin1'))
    }
  }
}
